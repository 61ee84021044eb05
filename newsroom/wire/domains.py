class ProofError(Exception):
    pass


def proved_by_dns(host, token):
    raise ProofError("x")


def proved_by_file(host, token):
    raise ProofError("x")


def is_wide(host, method):
    return True


def role_addresses(host):
    return (f"abuse@{host}",)
