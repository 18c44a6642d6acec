<?php

$panel_url = 'http://DNS:PORT/';
$username = 'test_username';
$password = 'test_password';
$max_connections = 10;
$reseller = 1;
$expire_date = strtotime( "+1 month" ); //from the time now, not from line's expire date.

###############################################################################
$post_data = array(
    'username' => $username,
    'password' => $password,
    'user_data' => array(
        'max_connections' => $max_connections,
        'is_restreamer' => $reseller,
        'exp_date' => $expire_date ) );

$opts = array( 'http' => array(
        'method' => 'POST',
        'header' => 'Content-type: application/x-www-form-urlencoded',
        'content' => http_build_query( $post_data ) ) );

$context = stream_context_create( $opts );
$api_result = json_decode( file_get_contents( $panel_url . "api.php?action=user&sub=edit", false, $context ) );

?>
