using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.Atproto;

namespace AtpKeyserver.Tests.Integration.Emulators;

public sealed class AtprotoPersistenceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Identities_survive_a_restart()
    {
        EmulatedAccount plc, web, rotated, gone, bare;
        var documents = new Dictionary<string, string>();
        var port = LoopbackPort.Choose();
        await using (var emulator = await StartAsync(port))
        {
            plc = emulator.CreateAccount("plc.test", curve: AccountCurve.P256);
            web = emulator.CreateAccount("web.test", AccountMethod.Web);
            rotated = emulator.RotateKey(emulator.CreateAccount("rotated.test").Did, AccountCurve.P256);
            gone = emulator.CreateAccount("gone.test");
            emulator.Tombstone(gone.Did);
            bare = emulator.CreateAccount("bare.test");
            emulator.RemoveKey(bare.Did);
            foreach (var account in new[] { plc, web, rotated, bare })
                documents[account.Did] = emulator.Document(account.Did);
        }

        Assert.Empty(_folder.NotPrivate());
        await using var again = await StartAsync(port);
        Assert.Equal(plc, again.CreateAccount("plc.test", curve: AccountCurve.P256));
        Assert.Equal(web, again.CreateAccount("web.test", AccountMethod.Web));
        Assert.Equal(rotated, again.CreateAccount("rotated.test", curve: AccountCurve.P256));
        foreach (var (did, document) in documents)
            Assert.Equal(document, again.Document(did));
        var token = new CheckedToken(again.MintToken(plc.Did, "did:web:example.com", "a.b.c"));
        Assert.True(token.IsSignedBy(JsonNode.Parse(documents[plc.Did])!));
        using var http = new HttpClient { BaseAddress = again.Origin };
        using var tombstone = await http.GetAsync(new Uri("/" + gone.Did, UriKind.Relative));
        Assert.Equal(410, (int)tombstone.StatusCode);
    }

    [Fact]
    public async Task A_did_web_belongs_to_its_port_and_is_inactive_on_others()
    {
        EmulatedAccount first;
        var port = LoopbackPort.Choose();
        await using (var emulator = await StartAsync(port))
        {
            first = emulator.CreateAccount("web.test", AccountMethod.Web);
        }

        await using (var elsewhere = await StartAsync())
            Assert.NotEqual(first.Did, elsewhere.CreateAccount("web.test", AccountMethod.Web).Did);

        await using var again = await StartAsync(port);
        Assert.Equal(first, again.CreateAccount("web.test", AccountMethod.Web));
    }

    [Fact]
    public async Task Acknowledged_changes_survive_a_kill()
    {
        var answered = new ConcurrentDictionary<string, JsonNode>();
        for (var round = 0; round < 3; round++)
        {
            await using var process = await EmulatorProcess.StartAsync("Atproto", _folder.Path);
            using var http = new HttpClient { BaseAddress = process.Address };
            var name = round;
            var changes = Task.Run(async () =>
            {
                try
                {
                    for (var i = 0; ; i++)
                    {
                        var handle = $"user{name}-{i}.test";
                        answered[handle] = await CreateAsync(http, handle);
                    }
                }
                catch (HttpRequestException)
                {
                    // The process was killed.
                }
            });
            await process.KillAsync(() => answered.Count, TimeSpan.FromMilliseconds(10 * round));
            await changes;
        }

        await using var last = await StartAsync();
        using var reader = new HttpClient { BaseAddress = last.Origin };
        foreach (var (handle, account) in answered)
            Assert.Equal(account.ToJsonString(), (await CreateAsync(reader, handle)).ToJsonString());
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.unfinished", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_folder_is_locked_and_a_damaged_file_is_reported()
    {
        string did;
        await using (var emulator = await StartAsync())
        {
            did = emulator.CreateAccount("alice.test").Did;
            await Assert.ThrowsAsync<IOException>(() => StartAsync());
        }

        var file = Assert.Single(Directory.GetFiles(Path.Combine(_folder.Path, "accounts")));
        Assert.Contains(did[^24..], file, StringComparison.Ordinal);
        var whole = await File.ReadAllTextAsync(file);
        foreach (var damage in new[] { "", "{}", whole.Replace("privateKey", "key", StringComparison.Ordinal) })
        {
            await File.WriteAllTextAsync(file, damage);
            await Assert.ThrowsAsync<InvalidDataException>(() => StartAsync());
        }
    }

    [Fact]
    public async Task Sessions_and_records_survive_a_restart()
    {
        const string record = "repo=alice.test&collection=com.example.post&rkey=self";
        EmulatedAccount alice;
        JsonNode session, before;
        await using (var emulator = await StartAsync())
        {
            alice = emulator.CreateAccount("alice.test");
            using var http = new HttpClient { BaseAddress = emulator.Origin };
            (_, session) = await http.ProcedureAsync(
                "com.atproto.server.createSession",
                new JsonObject { ["identifier"] = alice.Did, ["password"] = alice.AccessToken });
            foreach (var key in new[] { "self", "deleted" })
                await http.ProcedureAsync("com.atproto.repo.putRecord", Input(key), session.Text("accessJwt"));
            await http.ProcedureAsync(
                "com.atproto.repo.deleteRecord", Input("deleted"), session.Text("accessJwt"));
            (_, before) = await http.QueryAsync("com.atproto.repo.getRecord", record);
        }

        Assert.Empty(_folder.NotPrivate());
        await using (var again = await StartAsync())
        {
            using var http = new HttpClient { BaseAddress = again.Origin };
            var (_, after) = await http.QueryAsync("com.atproto.repo.getRecord", record);
            Assert.Equal(before.ToJsonString(), after.ToJsonString());
            Assert.Equal("größer", after["value"]!.Text("text"));
            var (_, list) = await http.QueryAsync("com.atproto.repo.listRecords", record);
            Assert.Single(list["records"]!.AsArray());
            var (status, _) = await http.ProcedureAsync(
                "com.atproto.repo.putRecord", Input("more"), session.Text("accessJwt"));
            Assert.Equal(200, status);
            (status, _) = await http.ProcedureAsync(
                "com.atproto.server.refreshSession", body: null, session.Text("refreshJwt"));
            Assert.Equal(200, status);
        }

        var file = Assert.Single(Directory.GetFiles(Path.Combine(_folder.Path, "records")));
        await File.WriteAllTextAsync(file, "{}");
        await Assert.ThrowsAsync<InvalidDataException>(() => StartAsync());

        JsonObject Input(string key) => new()
        {
            ["repo"] = alice.Did,
            ["collection"] = "com.example.post",
            ["rkey"] = key,
            ["record"] = new JsonObject { ["text"] = "größer" },
        };
    }

    private static async Task<JsonNode> CreateAsync(HttpClient http, string handle)
    {
        using var response = await http.PostAsJsonAsync("/accounts", new JsonObject { ["handle"] = handle });
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private Task<AtprotoEmulator> StartAsync(int port = 0) =>
        AtprotoEmulator.StartAsync(new AtprotoEmulatorOptions { DataFolder = _folder.Path, Port = port });
}
