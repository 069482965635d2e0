"""What services that are asked over HTTP have in common: tokens, parameters, refusals, outcomes, descriptions."""
