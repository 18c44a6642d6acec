<?php
// The sign-in of player_api.php, as a panel in PHP does it: a line by its user name, its password, whether it may
// come, how many connections it has, and the document that players read first. What the panel reads from its settings
// stands here as constants, and nothing is counted, limited, locked out or logged: all of that is to PHP's advantage.

declare(strict_types=1);

const NAME = 'Linecard';
const OUTPUTS = ['m3u8', 'ts'];

function answer(array $document): never
{
    $json = json_encode($document, JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR);
    header('Content-Type: application/json');
    header('Content-Length: ' . strlen($json));
    exit($json);
}

function may_come(array $line): bool
{
    $addresses = $line['allowed_ips'] === '' ? [] : json_decode($line['allowed_ips']);
    $agents = $line['allowed_ua'] === '' ? [] : json_decode($line['allowed_ua']);
    return (!$addresses || in_array($_SERVER['REMOTE_ADDR'], $addresses, true))
        && (!$agents || in_array($_SERVER['HTTP_USER_AGENT'] ?? '', $agents, true));
}

function status(array $line, int $now): string
{
    return match (true) {
        !$line['admin_enabled'] => 'Banned',
        !$line['enabled'] => 'Disabled',
        $line['exp_date'] !== null && $line['exp_date'] <= $now => 'Expired',
        default => 'Active',
    };
}

$database = new PDO('sqlite:' . $_SERVER['DATABASE'], null, null, [PDO::ATTR_PERSISTENT => true]);
$find = $database->prepare('SELECT * FROM lines WHERE username = ?');
$find->execute([$_GET['username'] ?? '']);
$line = $find->fetch(PDO::FETCH_ASSOC);
if (!$line || !hash_equals($line['password'], $_GET['password'] ?? '') || !may_come($line)) {
    answer(['user_info' => ['auth' => 0]]);
}
$count = $database->prepare('SELECT COUNT(*) FROM connections WHERE line = ?');
$count->execute([$line['id']]);
$now = time();
$allowed = $line['allowed_outputs'] === '' ? OUTPUTS : json_decode($line['allowed_outputs']);
[$host, $port] = explode(':', $_SERVER['HTTP_HOST'] . ':80');
answer([
    'user_info' => [
        'username' => $line['username'],
        'password' => $line['password'],
        'message' => 'Welcome to ' . NAME,
        'auth' => 1,
        'status' => status($line, $now),
        'exp_date' => $line['exp_date'] === null ? null : (string) $line['exp_date'],
        'is_trial' => $line['is_trial'] ? '1' : '0',
        'active_cons' => (string) $count->fetchColumn(),
        'created_at' => (string) $line['created_at'],
        'max_connections' => (string) $line['max_connections'],
        'allowed_output_formats' => array_values(array_intersect(OUTPUTS, $allowed)) ?: ['rtmp'],
    ],
    'server_info' => [
        'url' => $host,
        'port' => $port,
        'https_port' => '443',
        'server_protocol' => 'http',
        'rtmp_port' => '8880',
        'timezone' => 'UTC',
        'timestamp_now' => $now,
        'time_now' => date('Y-m-d H:i:s', $now),
        'process' => true,
    ],
]);
