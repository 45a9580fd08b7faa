import sys

if __name__ == "__main__":
    print("main of", __spec__.name, __package__, sys.argv[0] == __file__, sys.argv[1:])
