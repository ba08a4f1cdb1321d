using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AtpKeyserver.Emulators.Atproto;
using SimpleBase;

namespace AtpKeyserver.Tests.Integration.Emulators;

public sealed class AtprotoRecordTests : AtprotoFixture
{
    private const string Posts = "com.example.post";
    private const string Put = "com.atproto.repo.putRecord";
    private const string Get = "com.atproto.repo.getRecord";
    private const string List = "com.atproto.repo.listRecords";
    private const string Delete = "com.atproto.repo.deleteRecord";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_record_can_be_put_read_replaced_and_deleted(bool byHandle)
    {
        var account = Emulator.CreateAccount(NewHandle());
        var repo = byHandle ? account.Handle : account.Did;
        var uri = $"at://{account.Did}/{Posts}/self";
        var (status, put) = await PutAsync(account, "self", """{"text":"größer 😀","n":1.50}""", repo);
        Assert.Equal((200, uri), (status, put.Text("uri")));

        var (_, read) = await GetAsync(repo, "self");
        Assert.Equal((uri, put.Text("cid")), (read.Text("uri"), read.Text("cid")));
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{"$type":"com.example.post","text":"größer 😀","n":1.50}"""), read["value"]));

        var (_, second) = await PutAsync(account, "self", """{"$type":"com.example.post","text":"new"}""", repo);
        Assert.NotEqual(put.Text("cid"), second.Text("cid"));
        Assert.Equal("new", (await GetAsync(repo, "self")).Answer["value"]!.Text("text"));
        Assert.Equal(200, (await GetAsync(repo, "self", "&cid=" + second.Text("cid"))).Status);
        await AssertNotFoundAsync(repo, "self", uri, "&cid=" + put.Text("cid"));

        for (var time = 0; time < 2; time++)
        {
            (status, var deleted) = await DeleteAsync(account, repo, "self");
            Assert.Equal((200, "{}"), (status, deleted.ToJsonString()));
            await AssertNotFoundAsync(repo, "self", uri);
        }
    }

    [Fact]
    public async Task A_cid_has_the_form_of_a_pds_and_hashes_the_json()
    {
        var account = Emulator.CreateAccount(NewHandle());
        const string json = """{"$type":"com.example.post","text":"<ö>"}""";
        var cid = (await PutAsync(account, "self", json)).Answer.Text("cid");
        Assert.Matches("^bafyrei[a-z2-7]{52}$", cid);
        var bytes = Base32.Rfc4648.Decode(cid[1..].ToUpperInvariant());
        Assert.Equal(
            [0x01, 0x71, 0x12, 0x20, .. SHA256.HashData(Encoding.UTF8.GetBytes(json))], bytes);
    }

    [Fact]
    public async Task A_list_has_pages_from_the_newest_or_from_the_oldest_record()
    {
        var account = Emulator.CreateAccount(NewHandle());
        Assert.Equal("""{"records":[]}""", (await ListAsync(account, "")).Answer.ToJsonString());
        var keys = Enumerable.Range(100, 120).Select(number => $"k{number}").ToArray();
        foreach (var key in keys.OrderBy(key => key[^1]))
            await PutAsync(account, key, $$"""{"text":"{{key}}"}""");
        await PutAsync(account, "k150", "{}", collection: "com.example.other");

        Assert.Equal(keys.Reverse().Take(50), KeysOf(await ListAsync(account, "")));
        Assert.Equal(keys.Reverse().Take(100), KeysOf(await ListAsync(account, "&limit=100&reverse=false")));
        Assert.Equal(keys.Take(3), KeysOf(await ListAsync(account, "&limit=3&reverse=true")));
        foreach (var (reverse, expected) in new[] { ("", keys.Reverse()), ("&reverse=true", keys) })
        {
            var all = new List<string>();
            var cursor = "";
            for (var i = 0; i < 3; i++)
            {
                var page = await ListAsync(account, $"&limit=40{reverse}{cursor}");
                all.AddRange(KeysOf(page));
                Assert.Equal(all[^1], page.Answer.Text("cursor"));
                cursor = "&cursor=" + page.Answer.Text("cursor");
            }

            Assert.Equal(expected, all);
            var end = await ListAsync(account, $"&limit=40{reverse}{cursor}");
            Assert.Equal("""{"records":[]}""", end.Answer.ToJsonString());
        }

        var first = (await ListAsync(account, "&limit=1")).Answer["records"]![0]!;
        Assert.True(JsonNode.DeepEquals((await GetAsync(account.Did, "k219")).Answer, first));
    }

    [Theory]
    [InlineData(Put)]
    [InlineData(Delete)]
    public async Task Only_the_account_can_change_its_records(string method)
    {
        var alice = Emulator.CreateAccount(NewHandle());
        var mallory = Emulator.CreateAccount(NewHandle());
        await PutAsync(alice, "self", """{"text":"Alice's"}""");
        foreach (var (token, error) in new[]
        {
            (mallory.AccessToken, "AuthenticationRequired"), ("wrong", "InvalidToken"), (null, "AuthMissing"),
        })
        {
            var (status, answer) = await Http.ProcedureAsync(method, Input(alice.Did, "self", "{}"), token);
            Assert.Equal((401, error), (status, answer.Text("error")));
        }

        Assert.Equal("Alice's", (await GetAsync(alice.Did, "self")).Answer["value"]!.Text("text"));
        Assert.Equal(400, (await GetAsync(mallory.Did, "self")).Status);
    }

    [Theory]
    [InlineData("post", "self", "collection must be")]
    [InlineData("example.post", "self", "collection must be")]
    [InlineData("com.example.post-1", "self", "collection must be")]
    [InlineData("com.example..post", "self", "collection must be")]
    [InlineData("com.example.post\n", "self", "collection must be")]
    [InlineData("", "self", "collection must be")]
    [InlineData(Posts, "", "rkey must be")]
    [InlineData(Posts, ".", "rkey must be")]
    [InlineData(Posts, "..", "rkey must be")]
    [InlineData(Posts, "a/b", "rkey must be")]
    [InlineData(Posts, "ö", "rkey must be")]
    [InlineData(Posts, "self\n", "rkey must be")]
    public async Task A_record_needs_an_nsid_and_a_record_key(string collection, string key, string message)
    {
        var account = Emulator.CreateAccount(NewHandle());
        var input = Input(account.Did, key, "{}", collection);
        AssertInvalid(await Http.ProcedureAsync(Put, input, account.AccessToken), message);
        AssertInvalid(await Http.ProcedureAsync(Delete, input, account.AccessToken), message);
        var query = $"repo={account.Did}&collection={Uri.EscapeDataString(collection)}";
        AssertInvalid(await Http.QueryAsync(Get, $"{query}&rkey={Uri.EscapeDataString(key)}"), message);
        if (collection != Posts)
            AssertInvalid(await Http.QueryAsync(List, query), message);
    }

    [Theory]
    [InlineData("A-z_0~.:")]
    [InlineData("3jzfcijpj2z2a")]
    [InlineData("...")]
    public async Task Every_form_of_record_key_is_accepted(string key)
    {
        var account = Emulator.CreateAccount(NewHandle());
        Assert.Equal(200, (await PutAsync(account, key, "{}")).Status);
        Assert.Equal(200, (await PutAsync(account, new string('k', 512), "{}")).Status);
        AssertInvalid(await PutAsync(account, new string('k', 513), "{}"), "rkey must be");
        Assert.Equal($"at://{account.Did}/{Posts}/{key}", (await GetAsync(account.Did, key)).Answer.Text("uri"));
    }

    [Theory]
    [InlineData("""{"$type":"com.example.other"}""", "$type must be com.example.post")]
    [InlineData("""{"$type":7}""", "$type must be com.example.post")]
    [InlineData("""{"$type":null}""", "$type must be com.example.post")]
    [InlineData("""{"a":1,"a":2}""", "The body is invalid")]
    [InlineData("""{"a":{"b":1,"b":2}}""", "The body is invalid")]
    [InlineData("""{"a":"\ud800"}""", "The body is invalid")]
    [InlineData("""{"\ud800":1}""", "The body is invalid")]
    [InlineData("[]", "The body is invalid")]
    [InlineData("null", "The body is invalid")]
    [InlineData("7", "The body is invalid")]
    public async Task A_record_is_an_object_of_its_collections_type(string record, string message)
    {
        var account = Emulator.CreateAccount(NewHandle());
        var body = $$"""{"repo":"{{account.Did}}","collection":"{{Posts}}","rkey":"self","record":{{record}}}""";
        AssertInvalid(await Http.ProcedureAsync(Put, body, account.AccessToken), message);
    }

    [Fact]
    public async Task A_record_has_at_most_64_kilobytes()
    {
        var account = Emulator.CreateAccount(NewHandle());
        var empty = """{"text":"","$type":"com.example.post"}""".Length;
        string OfLength(int bytes) => $$"""{"text":"{{new string('a', bytes - empty)}}"}""";
        Assert.Equal(200, (await PutAsync(account, "self", OfLength(65536))).Status);
        AssertInvalid(await PutAsync(account, "self", OfLength(65537)), "longer than 65536 bytes");
        Assert.Equal(65536 - empty, (await GetAsync(account.Did, "self")).Answer["value"]!.Text("text").Length);
    }

    [Theory]
    [InlineData("{\"a\":", "}")]
    [InlineData("[", "]")]
    public async Task A_record_has_at_most_32_levels(string open, string close)
    {
        var account = Emulator.CreateAccount(NewHandle());
        string OfDepth(int levels) => "{\"a\":" + Repeat(open, levels - 2) + "{}" + Repeat(close, levels - 2) + "}";
        Assert.Equal(200, (await PutAsync(account, "self", OfDepth(32))).Status);
        foreach (var depth in new[] { 33, 63 })
            AssertInvalid(await PutAsync(account, "self", OfDepth(depth)), "nested deeper than 32 levels");

        var (status, list) = await ListAsync(account, "");
        Assert.Equal(200, status);
        Assert.True(JsonNode.DeepEquals((await GetAsync(account.Did, "self")).Answer, list["records"]![0]));

        static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
    }

    [Fact]
    public async Task An_account_has_at_most_1000_records()
    {
        var account = Emulator.CreateAccount(NewHandle());
        foreach (var number in Enumerable.Range(0, 1000))
            Assert.Equal(200, (await PutAsync(account, $"k{number}", "{}")).Status);
        AssertInvalid(await PutAsync(account, "more", "{}"), "1000 records, the maximum");
        Assert.Equal(200, (await PutAsync(account, "k7", """{"text":"new"}""")).Status);
        await DeleteAsync(account, account.Did, "k8");
        Assert.Equal(200, (await PutAsync(account, "more", "{}")).Status);
    }

    [Theory]
    [InlineData("limit=0", "limit must be")]
    [InlineData("limit=101", "limit must be")]
    [InlineData("limit=-1", "limit must be")]
    [InlineData("limit=ten", "limit must be")]
    [InlineData("reverse=yes", "reverse must be")]
    public async Task An_invalid_parameter_of_a_list_is_refused(string parameter, string message) =>
        AssertInvalid(await ListAsync(Emulator.CreateAccount(NewHandle()), "&" + parameter), message);

    [Theory]
    [InlineData(Get, "&rkey=self")]
    [InlineData(List, "")]
    public async Task An_unknown_repository_is_refused(string method, string parameters)
    {
        foreach (var repo in new[] { "repo=nobody.test&", "" })
            AssertInvalid(
                await Http.QueryAsync(method, $"{repo}collection={Posts}{parameters}"), "Could not find repo");
    }

    private static void AssertInvalid((int Status, JsonNode Answer) result, string message)
    {
        Assert.Equal((400, "InvalidRequest"), (result.Status, result.Answer.Text("error")));
        Assert.Contains(message, result.Answer.Text("message"), StringComparison.Ordinal);
    }

    private static IEnumerable<string> KeysOf((int Status, JsonNode Answer) page) =>
        page.Answer["records"]!.AsArray().Select(record => record!.Text("uri").Split('/')[^1]);

    private static JsonObject Input(string repo, string key, string record, string collection = Posts) => new()
    {
        ["repo"] = repo,
        ["collection"] = collection,
        ["rkey"] = key,
        ["record"] = JsonNode.Parse(record),
    };

    private async Task AssertNotFoundAsync(string repo, string key, string uri, string parameters = "")
    {
        var (status, answer) = await GetAsync(repo, key, parameters);
        Assert.Equal(
            (400, "RecordNotFound", "Could not locate record: " + uri),
            (status, answer.Text("error"), answer.Text("message")));
    }

    private Task<(int Status, JsonNode Answer)> PutAsync(
        EmulatedAccount account, string key, string record, string? repo = null, string collection = Posts) =>
        Http.ProcedureAsync(Put, Input(repo ?? account.Did, key, record, collection), account.AccessToken);

    private Task<(int Status, JsonNode Answer)> DeleteAsync(EmulatedAccount account, string repo, string key) =>
        Http.ProcedureAsync(
            Delete,
            new JsonObject { ["repo"] = repo, ["collection"] = Posts, ["rkey"] = key },
            account.AccessToken);

    private Task<(int Status, JsonNode Answer)> GetAsync(string repo, string key, string parameters = "") =>
        Http.QueryAsync(Get, $"repo={repo}&collection={Posts}&rkey={key}{parameters}");

    private Task<(int Status, JsonNode Answer)> ListAsync(EmulatedAccount account, string parameters) =>
        Http.QueryAsync(List, $"repo={account.Handle}&collection={Posts}{parameters}");
}
