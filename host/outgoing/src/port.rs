//! Which ports may be reached with HTTP. A pure rule.

/// Ports of services that are not HTTP and do harm when spoken to: mail, shells, file shares,
/// databases, container and cluster control. In order.
const DENIED: [u16; 66] = [
    0, 1, 7, 9, 11, 13, 17, 19, 20, 21, 22, 23, 25, 37, 53, 69, 79, 110, 111, 113, 119, 123, 135, 137, 139, 143, 161,
    179, 389, 445, 465, 512, 513, 514, 515, 548, 587, 636, 873, 990, 993, 995, 1433, 1521, 2049, 2375, 2376, 2379,
    2380, 3306, 3389, 4369, 5432, 5672, 5900, 5985, 6000, 6379, 6443, 6667, 9042, 9200, 9300, 10250, 11211, 27017,
];

/// Whether a port may be reached for sources and guides, which admins set.
///
/// # Errors
/// Why not, in words that end `the address is not allowed: `.
pub fn check(port: u16) -> Result<(), &'static str> {
    match DENIED.binary_search(&port) {
        Ok(_) => Err("its port belongs to a service that is not HTTP; serve the source on another port"),
        Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_of_other_services_are_refused() {
        for port in [0, 22, 23, 25, 53, 110, 143, 445, 3306, 5432, 6379, 11211, 27017] {
            assert!(check(port).is_err(), "{port}");
        }
        for port in [80, 443, 554, 1935, 2095, 8000, 8080, 8443, 25461, 65535] {
            assert!(check(port).is_ok(), "{port}");
        }
    }

    #[test]
    fn the_list_is_in_order_so_that_it_can_be_searched() {
        assert!(DENIED.is_sorted_by(|a, b| a < b));
    }
}
