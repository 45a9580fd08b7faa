//! The launcher as a program: it runs the application that is attached to its own file.

fn main() {
    pyembed::launcher::main()
}
