"""The files of the company's own apps: at the hosts that the playbook names, by the address that the app gives."""

from shared.media.places import FILES, MediaPort, at_its_url, has_url

PORT = MediaPort(has_url, at_its_url, things=(FILES,))
