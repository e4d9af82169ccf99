"""Says where Chromium is; exit code 1 when there is none."""

import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


if __name__ == "__main__":
    found = find_browser()
    print(found or "no Chromium on this machine")
    sys.exit(0 if found else 1)
