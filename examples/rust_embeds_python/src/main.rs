//! A small web server in Rust. Python functions make its pages, and call Rust functions for what Rust knows.
//!
//!     cargo run                        serves on http://127.0.0.1:8000/
//!     cargo run -- --listen [::1]:80   serves there
//!     cargo run -- --check             serves one request to itself and prints the answer

mod http;
mod pages;

use std::error::Error;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::thread;

use pages::Pages;

const WORKERS: usize = 4;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let (address, check) = arguments(std::env::args().skip(1))?;
    // The interpreter ends when `run` does: after the pages, which hold Python objects.
    let interpreter = pages::start()?;
    let pages = Pages::load(&interpreter)?;
    let listener = TcpListener::bind(address).map_err(|problem| format!("cannot listen on {address}: {problem}"))?;
    let address = listener.local_addr()?;
    if check {
        let client = thread::spawn(move || http::get(address, "/Rust"));
        http::serve_one(&listener, &pages)?;
        print!("{}", client.join().map_err(|_| "the client panicked")??);
        return Ok(());
    }
    println!("serving on http://{address}/");
    // No thread holds Python while it waits for a request, so the workers take turns.
    thread::scope(|threads| {
        for _ in 0..WORKERS {
            threads.spawn(|| loop {
                if let Err(problem) = http::serve_one(&listener, &pages) {
                    eprintln!("warning: a request was not answered: {problem}");
                }
            });
        }
    });
    Ok(())
}

/// The address to listen on, and whether to check only.
fn arguments(mut words: impl Iterator<Item = String>) -> Result<(SocketAddr, bool), String> {
    let mut address = SocketAddr::from(([127, 0, 0, 1], 8000));
    let mut check = false;
    while let Some(word) = words.next() {
        match word.as_str() {
            "--check" => {
                check = true;
                address.set_port(0);
            }
            "--listen" => {
                let text = words.next().ok_or("--listen needs an address")?;
                address = text.parse().map_err(|_| format!("`{text}` is no address and port"))?;
            }
            _ => return Err(format!("unknown argument `{word}`")),
        }
    }
    Ok((address, check))
}
