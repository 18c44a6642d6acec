<?php
// `user/info` of api.php, as a panel in PHP does it: the key, a line by its user name and password, its columns as texts,
// its connections, and what its bouquets hold. The outputs stand here as constants, keys are not looked up, and nothing is
// counted, limited or logged: all of that is to PHP's advantage.

declare(strict_types=1);

const OUTPUTS = [1 => ['HLS', 'm3u8', 'm3u8'], 2 => ['MPEGTS', 'ts', 'ts'], 3 => ['RTMP', 'rtmp', '']];

function answer(array $document): never
{
    $json = json_encode($document, JSON_THROW_ON_ERROR);
    header('Content-Type: application/json');
    header('Content-Length: ' . strlen($json));
    exit($json);
}

if (!hash_equals($_SERVER['API_PASS'], $_GET['api_pass'] ?? '')) {
    answer(['result' => false, '0' => 'KEY WRONG', 'error' => 'KEY WRONG']);
}
if (($_GET['action'] ?? '') !== 'user' || ($_GET['sub'] ?? '') !== 'info') {
    answer(['result' => false, 'error' => 'UNKNOWN ACTION']);
}
if (empty($_GET['username']) || empty($_GET['password'])) {
    answer(['result' => false, 'error' => 'PARAMETER ERROR (user/pass)']);
}
$database = new PDO('sqlite:' . $_SERVER['DATABASE'], null, null, [PDO::ATTR_PERSISTENT => true]);
$find = $database->prepare('SELECT * FROM users WHERE username = ? AND password = ?');
$find->execute([$_GET['username'], $_GET['password']]);
$row = $find->fetch(PDO::FETCH_ASSOC);
if (!$row) {
    answer(['result' => false, 'error' => 'NOT EXISTS']);
}
$info = array_map(static fn ($value) => $value === null ? null : (string) $value, $row);
foreach (['bouquet', 'allowed_ips', 'allowed_ua'] as $list) {
    $info[$list] = json_decode($row[$list]);
}
unset($info['allowed_outputs']);
$count = $database->prepare('SELECT COUNT(*) FROM connections WHERE line = ?');
$count->execute([$row['id']]);
$info['active_cons'] = (string) $count->fetchColumn();
$info['pair_line_info'] = [];
$info['output_formats'] = [];
foreach (json_decode($row['allowed_outputs']) as $number) {
    [$name, $key, $extension] = OUTPUTS[$number];
    $info['output_formats'][$key] = [
        'access_output_id' => (string) $number,
        'output_name' => $name,
        'output_key' => $key,
        'output_ext' => $extension,
        'id' => (string) $number,
        'user_id' => $info['id'],
    ];
}
$channels = $series = [];
$bouquet = $database->prepare('SELECT channels, series FROM bouquets WHERE id = ?');
foreach ($info['bouquet'] as $id) {
    $bouquet->execute([$id]);
    if ($held = $bouquet->fetch(PDO::FETCH_ASSOC)) {
        $channels = array_merge($channels, json_decode($held['channels']));
        $series = array_merge($series, json_decode($held['series']));
    }
}
$info['channel_ids'] = array_values(array_unique($channels));
$info['series_ids'] = array_values(array_unique($series));
$info['isp_violate'] = $info['isp_is_server'] = 0;
answer(['result' => true, 'user_info' => $info]);
