$panel_url = 'http://DNS:PORT/';
$username = "username";
$password = "passwrd";


###############################################################################
$post_data = array( 'username' => $username, 'password' => $password );
$opts = array( 'http' => array(
        'method' => 'POST',
        'header' => 'Content-type: application/x-www-form-urlencoded',
        'content' => http_build_query( $post_data ) ) );

$context = stream_context_create( $opts );
$api_result = json_decode( file_get_contents( $panel_url . "api.php?action=user&sub=info", false, $context ), true );

if ( $api_result['result'] )
{
    echo "Active Connections (Now): " . $api_result['user_info']['active_cons'];
    echo "\nCurrent Expire Date: " . (( empty( $api_result['user_info']['exp_date'] ) ) ? 'Unlimited' : strtotime( $api_result['user_info']['exp_date'] ));
    echo "\nMax Connections: " . $api_result['user_info']['max_connections'];
    echo "\nAvailable Channel IDs: " . implode( ',', $api_result['user_info']['channel_ids'] );
}
else
    echo 'FAILED';
