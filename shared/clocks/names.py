"""Given names that customers call an agent by, or sign with, folded as `shared.words` folds.

Names that are also words of a complaint ("luz", "sol", "bill", "mark", "will", "rob", "consuelo") are left out on
purpose: it is better to answer a thank you too many.
"""

NAMES = frozenset(
    """
    aaron adam adela adrian adriana agustin agustina ainhoa aitana aitor alan alba albert alberto alejandra alejandro
    alex alexandra alfonso alfredo alice alicia almudena alvaro amaia amalia amanda amparo ana anabel anais andrea
    andreea andres andreu andrew angela angeles angelica anita anna anne antoni antonia antonio anton araceli ariadna
    arnau asier asuncion aurora azucena barbara beatriz begoña belen benito berta bernardo blanca borja brian bruno
    camila candela carla carles carlos carlota carme carmen carolina caroline catalina catherine cecilia celia cesar
    charlotte chloe christian christina clara claudia claudio concepcion conchi cristian cristina daniel daniela david
    davinia debora diana diego domingo edgar edith eduard eduardo edurne elena eli elisa elisabeth elizabeth eloy elsa
    elvira emilia emilio emily emma encarna enric enrique eric erika ernesto esteban estefania ester esther estrella
    eugenia eugenio eva fatima federico felipe felix fermin fernando ferran florencia francesc francesca francisca
    francisco gabriel gabriela gemma george gerard gerardo german gines gloria gonzalo gorka graciela gregorio guillem
    guillermo gustavo hannah harry hector helena henry hugo ian ignacio iker imanol ines inma inmaculada irene irina
    iris irma isaac isabel ismael ivan izaskun jack jacob jaime jaume javi javier jaume jennifer jessica jesus joan
    joana joaquin johanna john jon jordi jorge josefa josefina jose joseba josep joshua juan juana juanjo judith julia
    julian juliana julie julieta julio karen karina kate katherine kevin laia lara laura leire lena leo leonor leticia
    lidia liliana lisa lluis lola lorena lorenzo lourdes lucas lucia luciana lucy luis luisa lydia macarena maider
    maite manel manolo manu manuel manuela mar marc marcela marcelo marco marcos margarita maria mariana mariano maribel
    marina mario marisa marisol marta martha marti martin mateo matias matilde mauricio mayte mercedes merche michael
    miguel mike mikel milagros mireia miren miriam moises monica monika montse montserrat nacho nadia natalia natividad
    nekane nerea nicolas nicole nieves noa noelia nora nuria olga oliver olivia omar oriol oscar pablo paco paloma
    pamela patricia patricio patxi paul paula paulina pau pedro pepa pepe pere peter pilar quim rafa rafael ramiro
    ramon raquel raul rebeca ricard ricardo robert roberto rocio rodrigo roger rosa rosalia rosana rosario ruben ruth
    samuel sandra santi santiago sara sarah sebastian sergi sergio silvia simon sofia sonia sophie stefan stephanie
    steven susana tamara tania teo teresa thomas tomas toñi trini unai valentina valeria vanesa vanessa veronica
    vicente victor victoria violeta virginia viviana xabier xavi xavier ximena yaiza yolanda yago zaira zoe
    """.split()  # noqa: SIM905
)
