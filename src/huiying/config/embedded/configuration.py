"""How the embedded server is set up: modest in memory, durable, and silent about letters."""

import os
from pathlib import Path

from huiying.config import environment
from huiying.config.embedded.folders import Folders

MEBIBYTE = 1024 * 1024
MAX_CONNECTIONS = 120

# Statements, their parameters and the details of an error may hold what a resident wrote.
FIXED = {
    "listen_addresses": "''",
    "max_connections": str(MAX_CONNECTIONS),
    "unix_socket_permissions": "0700",
    "jit": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "random_page_cost": "1.1",
    "checkpoint_completion_target": "0.9",
    "max_wal_size": "'2GB'",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "logging_collector": "on",
    "log_directory": "'log'",
    "log_filename": "'postgresql-%a.log'",
    "log_rotation_age": "'1d'",
    "log_truncate_on_rotation": "on",
    "log_line_prefix": "'%m [%p] %u '",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}
FAST_AND_FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "'4GB'",
    "checkpoint_timeout": "'1h'",
    "logging_collector": "off",
}


def write(folders: Folders) -> None:
    """Write both files anew, each by rename, so that a crash leaves the old one or the new one."""
    values = {
        "data_directory": _quoted(folders.cluster),
        "hba_file": _quoted(folders.access_rules),
        "unix_socket_directories": _quoted(folders.socket),
        **FIXED,
        **_for_memory(memory()),
    }
    if is_forgetful():
        values |= FAST_AND_FORGETFUL
    lines = "".join(f"{name} = {value}\n" for name, value in values.items())
    _replace(folders.configuration, f"# Written by huiying at every start.\n{lines}")
    _replace(folders.access_rules, "# The folder of the socket is closed.\nlocal all all trust\n")


def is_forgetful() -> bool:
    """Only for test runs, whose database may be lost with the machine."""
    return environment.flag("HUIYING_TEST_FAST_DATABASE", default=False)


def memory() -> int:
    """Bytes this process may use: the machine's, or its control group's where that is less."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.is_file():
        granted = limit.read_text().strip()
        if granted.isdigit():
            return min(total, int(granted))
    return total


def _for_memory(total: int) -> dict[str, str]:
    def within(part: int, least: int, most: int) -> str:
        return f"'{min(max(total // part // MEBIBYTE, least), most)}MB'"

    return {
        "shared_buffers": within(16, 64, 1024),
        "effective_cache_size": within(2, 256, 65536),
        "work_mem": within(512, 8, 32),
        "maintenance_work_mem": within(32, 64, 512),
    }


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(text)
    fresh.chmod(0o644)
    fresh.replace(path)
