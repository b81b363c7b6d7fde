"""`python -m todoku_local`, where the console script is not installed."""

from todoku_local.cli import main

if __name__ == "__main__":
    main()
