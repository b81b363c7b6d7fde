"""`python -m todoku_cluster`, where the console script is not installed."""

from todoku_cluster.cli import main

if __name__ == "__main__":
    main()
