// SPDX-License-Identifier: MIT
//
// Runs the script inside config/zabbix/zbx_glpi_alert_bridge.yaml under Duktape, the engine that Zabbix
// embeds (Debian package duktape), with stand-ins for HttpRequest, hmac and Zabbix.
// Run by ctest as config_zabbix_script through zabbix_script.py, which sets `script`; any failure ends
// with a status other than 0.
/* global script, print, value */

var URL = 'https://bridge.example.com:8480/v1/alerts/zabbix-prod';
var STORED = '{"alerts":[{"id":"01ABC","status":"accepted"}],"link":"https://b.example/t/01ABC"}';

var checks = 0;

function check(claim, holds, seen) {
    checks += 1;
    if (!holds) {
        throw new Error('failed: ' + claim + '; seen: ' + JSON.stringify(seen));
    }
}

// Runs the script once; `answer` is {status, body} or {problem}. Tells everything that happened.
function run(parameters, answer) {
    var seen = {headers: [], logged: [], requests: 0, result: null, thrown: null, proxy: null};
    function HttpRequest() { seen.requests += 1; }
    HttpRequest.prototype.addHeader = function (header) { seen.headers.push(header); };
    HttpRequest.prototype.setProxy = function (proxy) { seen.proxy = proxy; };
    HttpRequest.prototype.post = function (url, body) {
        seen.url = url;
        seen.body = body;
        if (answer.problem) {
            throw new Error(answer.problem);
        }
        return answer.body;
    };
    HttpRequest.prototype.getStatus = function () { return answer.status; };
    var Zabbix = {log: function (level, text) { seen.logged.push(text); }};
    function hmac(algorithm, key, data) {
        seen.signed = {algorithm: algorithm, key: key, data: data};
        return 'c0ffee';
    }
    var program = new Function('value', 'HttpRequest', 'Zabbix', 'hmac', script);
    try {
        seen.result = program(JSON.stringify(parameters), HttpRequest, Zabbix, parameters.noHmac ? null : hmac);
    } catch (error) {
        seen.thrown = String(error);
    }
    return seen;
}

function alertWith(settings) {
    var parameters = {
        URL: URL, Token: '{$GLPI_BRIDGE.TOKEN}', HMACKey: '{$GLPI_BRIDGE.HMACKEY}', HTTPProxy: '',
        event_id: '213', event_name: 'Disk "C:\\" full\nline2 \u00e9\ud83d\ude00',
        event_tags: '[{"tag":"customer","value":"ACME"}]', event_update_user: '{USER.FULLNAME}'
    };
    Object.keys(settings).forEach(function (name) { parameters[name] = settings[name]; });
    return parameters;
}

function header(seen, name) {
    var found = seen.headers.filter(function (line) { return line.indexOf(name + ': ') === 0; });
    return found.length === 1 ? found[0].substring(name.length + 2) : null;
}

var tests = {
    'the body holds every event field unchanged and no setting': function () {
        var seen = run(alertWith({Token: 'tok'}), {status: 202, body: STORED});
        var body = JSON.parse(seen.body);
        check('fields', body.event_id === '213' && body.event_tags.charAt(0) === '[', body);
        check('text', body.event_name === 'Disk "C:\\" full\nline2 \u00e9\ud83d\ude00', body);
        check('macros stay', body.event_update_user === '{USER.FULLNAME}', body);
        check('settings', !('URL' in body || 'Token' in body || 'HMACKey' in body || 'HTTPProxy' in body),
            body);
        check('address', seen.url === URL && seen.requests === 1, seen);
    },
    'a token alone is sent as bearer and nothing is signed': function () {
        var seen = run(alertWith({Token: 'tok'}), {status: 202, body: STORED});
        check('bearer', header(seen, 'Authorization') === 'Bearer tok', seen.headers);
        check('unsigned', !seen.signed && header(seen, 'X-Bridge-Signature') === null, seen.headers);
        check('prefer', header(seen, 'Prefer') === 'wait=2', seen.headers);
        check('type', header(seen, 'Content-Type') === 'application/json', seen.headers);
    },
    'a key signs timestamp, dot and body': function () {
        var seen = run(alertWith({HMACKey: 'key'}), {status: 202, body: STORED});
        var timestamp = header(seen, 'X-Bridge-Timestamp');
        check('now', /^[0-9]{10}$/.test(timestamp), timestamp);
        check('signed', seen.signed.algorithm === 'sha256' && seen.signed.key === 'key', seen.signed);
        check('data', seen.signed.data === timestamp + '.' + seen.body, seen.signed);
        check('header', header(seen, 'X-Bridge-Signature') === 'sha256=c0ffee', seen.headers);
        check('no bearer', header(seen, 'Authorization') === null, seen.headers);
    },
    'both a token and a key are both sent': function () {
        var seen = run(alertWith({Token: 'tok', HMACKey: 'key'}), {status: 202, body: STORED});
        check('both', header(seen, 'Authorization') === 'Bearer tok' && !!seen.signed, seen.headers);
    },
    'a Zabbix without hmac says so instead of sending unsigned': function () {
        var seen = run(alertWith({HMACKey: 'key', noHmac: true}), {status: 202, body: STORED});
        check('thrown', /cannot sign/.test(seen.thrown) && !seen.url, seen);
    },
    'the answer becomes the two event tags': function () {
        var body = '{"alerts":[{"id":"1","status":"accepted","link":"https://b.example/t/1",' +
            '"ticket":{"id":4711,"url":"https://glpi.example/x"}}]}';
        var seen = run(alertWith({}), {status: 202, body: body});
        check('tags', seen.result ===
            '{"tags":{"__zbx_glpi_link":"https://b.example/t/1","__zbx_glpi_ticket_id":"4711"}}', seen);
    },
    'tags that the event has already are not given another value beside them': function () {
        var body = '{"alerts":[{"id":"2","status":"accepted","link":"https://b.example/t/2",' +
            '"ticket":{"id":4712,"url":"https://glpi.example/x"}}]}';
        var seen = run(alertWith({glpi_link: 'https://b.example/t/1', glpi_ticket: '4711'}),
            {status: 202, body: body});
        check('tags', seen.result === '{"tags":{}}', seen);
    },
    'a ticket that is not known yet gives the link alone': function () {
        var seen = run(alertWith({}), {status: 202, body: STORED});
        check('tags', seen.result === '{"tags":{"__zbx_glpi_link":"https://b.example/t/01ABC"}}', seen);
    },
    'odd links and ids never become tags': function () {
        ['javascript:alert(1)', 'https://x/"onclick=', 'https://x/' + new Array(300).join('a'), 7, null, {}]
            .forEach(function (link) {
                var body = JSON.stringify({alerts: [{link: link, ticket: {id: '1 OR 1'}}]});
                var seen = run(alertWith({}), {status: 202, body: body});
                check('no tags', seen.result === '{"tags":{}}', seen);
            });
    },
    'every status but 2xx is thrown with the reason': function () {
        [301, 302, 400, 401, 403, 404, 413, 429, 500, 503].forEach(function (status) {
            var seen = run(alertWith({}), {status: status, body: '{"error":"no such source"}'});
            check('thrown', seen.result === null && seen.thrown ===
                'GLPI alert bridge: the bridge answered ' + status + ': no such source', seen);
        });
    },
    'a 200 that is not the bridge does not pass for success': function () {
        ['<html>Login</html>', '', 'null', '[]', '{"alerts":{}}', '"accepted"'].forEach(function (body) {
            var seen = run(alertWith({}), {status: 200, body: body});
            check('thrown', seen.result === null && /not from the bridge/.test(seen.thrown), seen);
        });
    },
    'an empty list of alerts is success without tags': function () {
        var seen = run(alertWith({}), {status: 202, body: '{"alerts":[]}'});
        check('result', seen.result === '{"tags":{}}', seen);
    },
    'a connection that fails is thrown': function () {
        var seen = run(alertWith({}), {problem: 'cannot get URL: Timeout was reached.'});
        check('thrown', /Timeout was reached/.test(seen.thrown) && seen.logged.length === 1, seen);
    },
    'a rejected alert is logged and not sent again': function () {
        var body = '{"alerts":[{"status":"rejected","error":"no event id"}]}';
        var seen = run(alertWith({}), {status: 202, body: body});
        check('result', seen.result === '{"tags":{}}' && /quarantine: no event id/.test(seen.logged[0]), seen);
    },
    'secrets never reach the log or the message': function () {
        var settings = {Token: 'very-secret', HMACKey: 'also-secret'};
        var seen = run(alertWith(settings), {problem: 'refused: Bearer very-secret, also-secret\n'});
        var told = seen.thrown + seen.logged.join();
        check('hidden', told.indexOf('very-secret') < 0 && told.indexOf('also-secret') < 0, seen);
        check('one line', told.indexOf('\n') < 0 && told.indexOf('***') > 0, seen);
    },
    'an address that is not set or is not an intake address is refused before anything is sent': function () {
        ['{$GLPI_BRIDGE.URL}', '', 'bridge:8480', 'https://bridge:8480', 'https://bridge/v1/alerts/',
            'https://bridge/v1/alerts/a/b', 'ftp://bridge/v1/alerts/a'].forEach(function (url) {
            var seen = run(alertWith({URL: url}), {status: 202, body: STORED});
            check('refused', /parameter URL must be/.test(seen.thrown) && seen.requests === 0, seen);
        });
    },
    'a proxy is used when it is set': function () {
        var seen = run(alertWith({HTTPProxy: 'http://proxy:3128'}), {status: 202, body: STORED});
        check('proxy', seen.proxy === 'http://proxy:3128', seen);
        check('none', run(alertWith({}), {status: 202, body: STORED}).proxy === null, seen);
    }
};

check('the script was found', script.indexOf('HttpRequest') > 0 && script.length > 1000, script.length);
Object.keys(tests).forEach(function (name) {
    try {
        tests[name]();
    } catch (error) {
        print('FAILED: ' + name);
        throw error;
    }
});
print('config_zabbix_script: ' + Object.keys(tests).length + ' tests, ' + checks + ' checks passed');
