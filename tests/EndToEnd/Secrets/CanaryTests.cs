using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Emulators.Atproto;
using AtpKeyserver.Tests.EndToEnd.Support;
using AtpKeyserver.Tests.Support.Secrets;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.EndToEnd.Secrets;

/// <summary>
/// A server in all its situations, all secrets of which are known, and all its output: logs at the finest level,
/// responses, traces, metrics, events, requests to dependencies, and the storage. Keys and tokens appear only where
/// they belong; logs, errors, traces and metrics name nobody.
/// </summary>
public sealed class CanaryTests(Watched.Verbose keyserver) : IClassFixture<Watched.Verbose>
{
    private const string Address = "2001:db8:1234:5678:9abc:def0:1234:5678";

    private static readonly string[] Members =
    [
        "group_id", "member_did", "member_dids", "delegate_did", "confirmation", "expected_version", "expires_at",
        "permissions",
    ];

    private readonly Api _api = keyserver.Api;
    private readonly Canaries _canaries = new(keyserver.Stack, keyserver.Api);
    private readonly string _alice = keyserver.Api.NewAccount();
    private readonly string _bob = keyserver.Api.NewAccount();
    private readonly string _mallory = keyserver.Api.NewAccount();
    private readonly string _name = RandomNumberGenerator.GetHexString(32, lowercase: true);

    private readonly List<string> _paths = [];

    private string Group => $"{_alice}#{_name}";

    [Fact]
    public async Task No_secret_appears_outside_the_response_that_is_meant_for_it()
    {
        foreach (var did in (string[])[_alice, _bob, _mallory])
            _canaries.Names.AddText("DID", did["did:plc:".Length..]);
        _canaries.Names.AddText("group name", _name);
        _canaries.Names.AddText("address", Address);

        await CallAsync();
        await MisplaceAsync();
        await MaintainAsync();
        Assert.InRange(await StoredKeys.AddAsync(keyserver.Stack, _canaries.Secrets), 6, int.MaxValue);
        await TamperAsync();
        await DeleteAsync();
        var cells = await CellsAsync();
        await FailAsync();
        await keyserver.CollectAsync();
        await keyserver.Stack.Keyserver.StopAsync();

        var log = keyserver.Stack.Log.Lines;
        string[] expected =
        [
            "rejected: JwtExpired",
            "rejected: BadJwtSignature",
            "rejected: BadJwtType",
            "tampered",
            "Dependency call failed",
        ];
        Assert.Contains(log, line => line.Contains(" dbug: ", StringComparison.Ordinal));
        foreach (var said in expected)
            Assert.Contains(log, line => line.Contains(said, StringComparison.Ordinal));
        var told = keyserver.Lines.ToLookup(line => line.Split(' ')[0]);
        Assert.All((string[])["trace", "metric", "event", "sent", "authorized"], kind => Assert.NotEmpty(told[kind]));

        var exported = keyserver.Exported;
        foreach (var path in (string[])["/v1/traces", "/v1/metrics", Collector.InsightsPath])
        {
            Assert.Contains(exported[path], body => body.Contains("group.getKey", StringComparison.Ordinal));
            Assert.Contains(exported[path], body => body.Contains("tables", StringComparison.Ordinal));
        }

        Assert.Contains(exported["/v1/logs"], body => body.Contains("Token rejected", StringComparison.Ordinal));
        foreach (var printed in (string[])["metric keyserver.calls ", "timer=RewrapKeyring", "trace "])
            Assert.Contains(log, line => line.Contains(printed, StringComparison.Ordinal));

        var leaks = new List<string>();
        foreach (var path in exported)
        {
            Look(path.Key, path, _canaries.Secrets, _canaries.Names);
            // Includes bytes within text.
            var bytes = path.Select(body => Encoding.Latin1.GetBytes(body));
            leaks.AddRange(
                bytes.SelectMany(body => _canaries.Secrets.Find(body)).Select(found => $"{path.Key}: {found}"));
        }

        Look("log", log, _canaries.Secrets, _canaries.Names);
        foreach (var kind in (string[])["trace", "metric"])
            Look(kind, told[kind], _canaries.Secrets, _canaries.Names);
        // Framework events name the path of each request, with DIDs in requests to the directory and anything that a
        // client sends.
        foreach (var kind in (string[])["event", "sent"])
            Look(kind, told[kind].Select(WithoutPaths), _canaries.Secrets);
        var vault =
            $"authorized {keyserver.Stack.KeyVault.VaultUri.Authority} Authorization=Bearer "
            + $"{KekAccess.TokenOf(keyserver.Stack)}";
        Look("authorized", told["authorized"].Where(line => line != vault), _canaries.Secrets);
        Look("response", _canaries.Answers.Select(Canaries.WithoutKeys), _canaries.Secrets);
        Look("error", _canaries.Answers.Where(answer => answer.Status >= 400).Select(Canaries.WithoutKeys),
            _canaries.Names);
        Look("error", _canaries.Said, _canaries.Secrets, _canaries.Names);
        Look("storage", cells.Select(cell => cell.Text), _canaries.Secrets);
        Look("storage", cells.Where(cell => !MayName(cell.Table, cell.Column)).Select(cell => cell.Text),
            _canaries.Names);
        Assert.True(leaks.Count == 0, $"{leaks.Count} leaks:\n{string.Join('\n', leaks.Take(40))}");

        // The search finds them where they belong.
        Assert.NotEmpty(_canaries.Secrets.FindIn(vault));
        Assert.NotEmpty(_canaries.Names.FindIn(string.Join('\n', cells.Select(cell => cell.Text))));

        string WithoutPaths(string line) =>
            _paths.Aggregate(line, (rest, path) => rest.Replace(path, "", StringComparison.Ordinal));

        void Look(string where, IEnumerable<string> lines, params SecretSearch[] searches)
        {
            foreach (var line in lines)
            {
                foreach (var found in searches.SelectMany(search => search.FindIn(line)))
                    leaks.Add($"{where}: {found}: {string.Concat(line.Take(600).Where(c => !char.IsControl(c)))}");
            }
        }
    }

    /// <summary>Every method, with and without permission, and every kind of invalid token.</summary>
    private async Task CallAsync()
    {
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        (await _api.GetAsync("keypair.getKeypair", _bob)).Ok();
        var methods = ((IEnumerable<object[]>)Methods.All).Select(row => (string)row[0])
            .Where(method => method != "account.delete")
            .ToList();
        foreach (var method in methods.Where(method => !method.StartsWith("group.delete", StringComparison.Ordinal)))
        {
            await _api.CallAsync(method, _alice, Group, _bob);
            await _api.CallAsync(method, _mallory, Group, _bob);
        }

        await Parallel.ForEachAsync(methods, async (method, _) =>
        {
            await _api.CallAsync(method, _alice, "no group", "no did");
            foreach (var options in (TokenOptions[])[
                TokenOptions.Expired, TokenOptions.ForgedSignature, TokenOptions.WrongType])
                await SendAsync(method, "", options);
        });
        (await _api.PostAsync("group.addMember", _alice, new { group_id = Group, member_did = _bob })).Ok();
        (await _api.GetAsync("group.getKey", _bob, ("group_id", Group))).Ok();
        (await _api.GetAsync("group.listMembers", _alice, ("group_id", Group), ("limit", "1"))).Ok();
        (await _api.PostAsync("group.removeMember", _alice, new { group_id = Group, member_did = _bob, rotate = true }))
            .Ok();
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
    }

    /// <summary>Tokens and keys in wrong places: parameters, bodies, headers, invalid HTTP.</summary>
    private async Task MisplaceAsync()
    {
        var token = _api.Token(_alice, "group.getKey");
        _canaries.AddToken(token);
        var key = (await _api.GetAsync("keypair.getKeypair", _bob)).Ok().String("privateKey");
        var bodyOnly = RandomNumberGenerator.GetHexString(32);
        _canaries.Names.AddText("a body that is not JSON", bodyOnly);
        await _api.PostAsync("group.rotateKey", _alice, bodyOnly);
        foreach (var secret in (string[])[token, key])
        {
            foreach (var parameter in (string[])["group_id", "did", "version", "limit", "cursor", "token", "keys"])
            {
                foreach (var method in (string[])[
                    "group.getKey", "group.getKeys", "keypair.getPublicKey", "group.listMembers"])
                    await _api.GetAsync(method, method == "keypair.getPublicKey" ? null : _alice, (parameter, secret));
            }

            await _api.GetAsync("group.getKey", _mallory, ("group_id", $"{_alice}#{key}"));
            _paths.Add($"/xrpc/{secret}");
            using var path = new HttpRequestMessage(HttpMethod.Get, _paths[^1]);
            await _api.SendAsync(path);
            foreach (var member in Members)
            {
                var body = new Dictionary<string, object>
                {
                    ["group_id"] = Group,
                    ["member_did"] = _bob,
                    ["member_dids"] = new[] { _bob },
                    ["delegate_did"] = _bob,
                    [member] = secret,
                };
                foreach (var method in (string[])[
                    "group.removeMember", "group.addMembers", "group.addDelegate", "group.rotateKey", "account.delete"])
                    await _api.PostAsync(method, _mallory, body);
            }

            await _api.PostAsync("keypair.rotate", _bob, new { reason = secret[..64] });
            await _api.PostAsync("keypair.rotate", _bob, $"{{\"reason\": {secret}}}");
            var query = $"?group_id={Uri.EscapeDataString(Group)}";
            foreach (var header in (string[])[
                "User-Agent", "X-Api-Key", "Cookie", "Referer", "Origin", "If-None-Match", "X-Forwarded-For"])
                await SendAsync(
                    "group.getKey", query, new TokenOptions(), (header, secret), ("X-Forwarded-For", Address));
            await SendRawAsync($"GET /{secret}\r\n\r\n");
            await SendRawAsync($"GET /xrpc/x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {secret}\nX\r\n\r\n");
            await SendRawAsync($"{secret} / HTTP/1.1\r\n\r\n");
        }

        await AbortAsync(token);
    }

    /// <summary>Every timer and every operator function.</summary>
    private async Task MaintainAsync()
    {
        foreach (var function in Timers.Names)
            await Timers.StartAsync(_api, function);
        await Timers.StartAsync(_api, "RotateEverything");
        await Logged.ContainsAsync(keyserver.Stack.Log, "RotateEverything is complete");
        await Timers.StartAsync(_api, "RotateShardKeys");
        await Logged.ContainsAsync(keyserver.Stack.Log, "old shard keys are kept until a later run");
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
    }

    private async Task TamperAsync()
    {
        var storage = new StorageView(keyserver.Stack);
        var partition = await storage.PartitionOfGroupAsync(Group);
        var head = (await storage.Groups.GetEntityAsync<TableEntity>(partition, $"head~{partition[..8]}")).Value;
        var epoch = head["Epoch"];
        head["Epoch"] = 99L;
        await storage.Groups.UpdateEntityAsync(head, ETag.All, TableUpdateMode.Replace);
        foreach (var method in (string[])["group.getKey", "group.rotateKey", "group.listMembers"])
            (await _api.CallAsync(method, _alice, Group, _bob)).Is(500, "InternalServerError");
        head["Epoch"] = epoch;
        await storage.Groups.UpdateEntityAsync(head, ETag.All, TableUpdateMode.Replace);
    }

    private async Task DeleteAsync()
    {
        await _api.CallAsync("group.delete", _alice, Group, _bob);
        await _api.CallAsync("account.delete", _bob, Group, _bob);
        await _api.CallAsync("keypair.getKeypair", _bob, Group, _bob);
    }

    /// <summary>Each dependency fails in turn.</summary>
    private async Task FailAsync()
    {
        keyserver.Stack.Atproto.LookupFault = LookupFault.Unavailable;
        (await _api.GetAsync("keypair.getKeypair", _api.NewAccount())).Is(503, "UpstreamFailure");
        await keyserver.Stack.KeyVault.DisposeAsync();
        await Timers.StartAsync(_api, "RewrapKeyring");
        await keyserver.Stack.Azurite.KillAsync();
        await Task.WhenAll(Methods.Stored.Select(method => _api.CallAsync(method, _alice, Group, _bob)));
    }

    private async Task SendAsync(
        string method, string query, TokenOptions options, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(
            Methods.IsQuery(method) ? HttpMethod.Get : HttpMethod.Post, $"/xrpc/{Api.A}{method}{query}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _api.Token(_alice, method, options));
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        await _api.SendAsync(request);
    }

    private async Task SendRawAsync(string text)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", keyserver.Stack.App.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
        try
        {
            _canaries.Said.Add(await new StreamReader(stream).ReadToEndAsync());
        }
        catch (IOException)
        {
            // Invalid HTTP may be answered with a reset.
        }
    }

    /// <summary>Disconnects in the middle of a body.</summary>
    private async Task AbortAsync(string token)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", keyserver.Stack.App.Port);
        await client.Client.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /xrpc/{Api.A}group.rotateKey HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                + "application/json\r\nContent-Length: 999\r\n"
            + $"Authorization: Bearer {token}\r\n\r\n{{\"reason\": \"{token[..99]}"));
        client.LingerState = new LingerOption(enable: true, seconds: 0);
    }

    private async Task<List<(string Table, string Column, string Text)>> CellsAsync() =>
        [.. (await new StorageView(keyserver.Stack).AllAsync()).SelectMany(row => row.Row.Select(column =>
            (row.Table, column.Key,
                column.Value is byte[] bytes ? Convert.ToHexStringLower(bytes) : $"{column.Value}")))];

    /// <summary>Places where docs/PRIVACY.md allows names in plain text.</summary>
    private static bool MayName(string table, string column) =>
        (table, column) is ("accounts", "Did") or ("groups", "Did" or "GroupId");
}
