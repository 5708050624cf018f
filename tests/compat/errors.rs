// SPDX-License-Identifier: LGPL-2.1-or-later
// errors.rs - panics that are caught, with what they drop on their way, in
// several threads, nested and resumed: Rust's personality routine.
use std::panic;
use std::sync::{mpsc, Arc, Mutex};
use std::thread;

struct Dropped(Arc<Mutex<u32>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        *self.0.lock().unwrap() += 1;
    }
}

fn deep(n: u32, count: &Arc<Mutex<u32>>) -> u32 {
    let _dropped = Dropped(count.clone());
    if n == 0 {
        panic!("deep {}", count.lock().map(|_| 7).unwrap_or(0));
    }
    deep(n - 1, count) + 1
}

fn main() {
    panic::set_hook(Box::new(|_| {}));
    let dropped = Arc::new(Mutex::new(0));
    let mut caught = 0;
    for i in 0..1000 {
        let d = dropped.clone();
        if let Err(e) = panic::catch_unwind(panic::AssertUnwindSafe(|| deep(i % 20, &d))) {
            if e.downcast_ref::<String>().map_or(false, |s| s == "deep 7") {
                caught += 1;
            }
        }
    }
    println!("caught {} dropped {}", caught, *dropped.lock().unwrap());

    let (tx, rx) = mpsc::channel();
    let threads: Vec<_> = (0..4)
        .map(|k| {
            let tx = tx.clone();
            thread::spawn(move || {
                let mut n = 0;
                for _ in 0..500 {
                    let r = panic::catch_unwind(|| {
                        let v: Vec<i32> = vec![];
                        v[k]
                    });
                    n += r.is_err() as i32;
                }
                tx.send(n).unwrap();
                if k == 3 {
                    panic!("the end of a thread");
                }
            })
        })
        .collect();
    drop(tx);
    let sum: i32 = rx.iter().sum();
    let ended = threads.into_iter().map(|t| t.join()).filter(|r| r.is_err()).count();
    println!("threads {} ended by panic {}", sum, ended);

    let r = panic::catch_unwind(|| {
        let inner = panic::catch_unwind(|| panic!("inner"));
        panic::resume_unwind(inner.unwrap_err())
    });
    println!("resumed {}", r.unwrap_err().downcast_ref::<&str>().unwrap());
}
