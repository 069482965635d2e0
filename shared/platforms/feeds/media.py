"""What the entries of feeds enclose: whoever writes in a feed may name any address, so that only the hosts are asked
that the playbook names."""

from shared.media.places import FILES, MediaPort, at_its_url, has_url

PORT = MediaPort(has_url, at_its_url, things=(FILES,))
