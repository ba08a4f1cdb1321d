using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>Missing, repeated and malformed parameters are refused; unknown ones are ignored.</summary>
[Collection(SharedKeyserver.OfProtocol)]
public sealed class ParameterTests(KeyserverFixture keyserver)
{
    private readonly Api _api = keyserver.Api;
    private readonly string _alice = keyserver.Api.NewAccount();

    public static TheoryData<string> BadDids =>
    [
        "", "alice.test", "did:plc:", "did:plc:EWVI7NXZYOUN6ZHXRHS64OIZ", "did:plc:ewvi7nxzyoun6zhxrhs64oi",
        "did:plc:ewvi7nxzyoun6zhxrhs64oizz", "did:plc:ewvi7nxzyoun6zhxrhs64oi1", "DID:plc:ewvi7nxzyoun6zhxrhs64oiz",
        " did:plc:ewvi7nxzyoun6zhxrhs64oiz",
        "did:plc:ewvi7nxzyoun6zhxrhs64oiz#atproto", "did:plc:ewvi7nxzyoun6zhxrhs64oiz?x",
        "did:plc:ewvi7nxzyoun6zhxrhs64oiz\n",
        "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme", "did:web:", "did:web:example",
        "did:web:Example.com",
        "did:web:example.com.",
        "did:web:.example.com", "did:web:example..com", "did:web:-a.example.com", "did:web:example.com:user",
        "did:web:example.com/user",
        "did:web:example.com%3A8443", "did:web:127.0.0.1", "did:web:127.1", "did:web:0x7f.1", "did:web:[::1]",
        "did:web:müller.example.com", "did:web:user.test", "did:web:user.internal", "did:web:user.localhost",
        "did:web:user@example.com", $"did:web:{new string('a', 64)}.example.com",
        $"did:web:{string.Join('.', Enumerable.Repeat(new string('a', 62), 4))}.bc",
    ];

    public static TheoryData<string> BadNames =>
    [
        "", " ", "a b", "a/b", "a\\b", "a#b", "a?b", "a%23b", "a+b", "a@b", "a,b", "ä", "🔑", "a\0", "a\n",
        "\u200bfriends",
        new string('a', 129),
    ];

    public static TheoryData<string> BadVersions =>
    [
        " ", "0", "-1", "2147483648", "99999999999999999999", "abc", "1.5", "1.0", "+1", " 1", "1 ", "1e0", "0x1",
        "1,000", "1\0", "١",
        "null",
    ];

    [Theory]
    [MemberData(nameof(Methods.OfGroups), MemberType = typeof(Methods))]
    public async Task A_group_id_is_required(string method)
    {
        var refused = Methods.IsQuery(method)
            ? await _api.GetAsync(method, _alice)
            : await _api.PostAsync(method, _alice, new { });
        refused.Is(400, "InvalidRequest");
        Assert.Contains("group_id", refused.String("message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("group.addMember")]
    [InlineData("group.member.add")]
    [InlineData("group.removeMember")]
    [InlineData("group.member.remove")]
    public async Task A_member_is_required(string method) =>
        (await _api.PostAsync(method, _alice, new { group_id = $"{_alice}#friends" })).Is(400, "InvalidRequest");

    [Theory]
    [InlineData("keypair.getPublicKey")]
    [InlineData("key.public")]
    public async Task A_DID_is_required(string method) => (await _api.GetAsync(method, null)).Is(400, "InvalidRequest");

    [Theory]
    [InlineData("keypair.getPublicKey", "did")]
    [InlineData("keypair.getPublicKey", "version")]
    [InlineData("keypair.getKeypair", "version")]
    [InlineData("group.getKey", "group_id")]
    [InlineData("group.getKey", "version")]
    [InlineData("group.listKeyVersions", "group_id")]
    public async Task A_parameter_must_not_be_repeated(string method, string repeated)
    {
        (string, string)[] good = [("did", _alice), ("group_id", $"{_alice}#friends"), ("version", "1")];
        var caller = method == "keypair.getPublicKey" ? null : _alice;
        var value = good.Single(parameter => parameter.Item1 == repeated);
        (await _api.GetAsync(method, caller, [.. good, value])).Is(400, "InvalidRequest");
    }

    [Fact]
    public async Task An_unencoded_hash_is_explained()
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Get, $"/xrpc/{Api.A}group.getKey?group_id={_alice}#friends");
        request.Headers.Authorization = new("Bearer", _api.Token(_alice, "group.getKey"));
        var refused = (await _api.SendAsync(request)).Is(400, "InvalidRequest");
        Assert.Contains("%23", refused.String("message"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(BadDids))]
    public async Task An_invalid_DID_is_refused(string did)
    {
        (await _api.GetAsync("keypair.getPublicKey", null, ("did", did))).Is(400, "InvalidRequest");
        (await _api.GetAsync("group.getKey", _alice, ("group_id", $"{did}#friends"))).Is(400, "InvalidRequest");
        foreach (var method in new[] { "group.addMember", "group.removeMember" })
            (await _api.PostAsync(method, _alice, new { group_id = $"{_alice}#friends", member_did = did }))
                .Is(400, "InvalidRequest");
    }

    [Theory]
    [MemberData(nameof(BadNames))]
    public async Task An_invalid_group_name_is_refused(string name)
    {
        (await _api.GetAsync("group.getKey", _alice, ("group_id", $"{_alice}#{name}"))).Is(400, "InvalidRequest");
        (await _api.PostAsync("group.rotateKey", _alice, new { group_id = $"{_alice}#{name}" }))
            .Is(400, "InvalidRequest");
    }

    [Theory]
    [MemberData(nameof(Methods.OfGroups), MemberType = typeof(Methods))]
    public async Task The_longest_group_id_is_accepted_and_a_longer_one_is_not(string method)
    {
        var longest = $"did:web:{string.Join('.', Enumerable.Repeat(new string('a', 62), 4))}.b#{new string('n', 128)}";
        Assert.Equal(261 + 1 + 128, longest.Length);
        (await _api.CallAsync(method, _alice, longest, _alice)).Is(403, "Forbidden");
        (await _api.CallAsync(method, _alice, longest + "n", _alice)).Is(400, "InvalidRequest");
    }

    [Theory]
    [MemberData(nameof(BadVersions))]
    public async Task An_invalid_version_is_refused(string version)
    {
        (await _api.GetAsync("keypair.getKeypair", _alice, ("version", version))).Is(400, "InvalidRequest");
        (await _api.GetAsync("keypair.getPublicKey", null, ("did", _alice), ("version", version)))
            .Is(400, "InvalidRequest");
        (await _api.GetAsync("group.getKey", _alice, ("group_id", $"{_alice}#friends"), ("version", version)))
            .Is(400, "InvalidRequest");
    }

    [Fact]
    public async Task The_highest_version_does_not_exist()
    {
        (await _api.GetAsync("keypair.getKeypair", _alice)).Ok();
        (await _api.GetAsync("group.getKey", _alice, ("group_id", $"{_alice}#friends"))).Ok();
        (string, string) highest = ("version", "2147483647");
        (await _api.GetAsync("keypair.getKeypair", _alice, highest)).Is(404, "KeyVersionNotFound");
        (await _api.GetAsync("keypair.getPublicKey", null, ("did", _alice), highest)).Is(404, "KeyVersionNotFound");
        (await _api.GetAsync("group.getKey", _alice, ("group_id", $"{_alice}#friends"), highest))
            .Is(404, "KeyVersionNotFound");
    }

    [Fact]
    public async Task Unknown_parameters_and_the_body_of_a_query_are_ignored()
    {
        (await _api.GetAsync(
            "keypair.getKeypair", _alice, ("unknown", "1"), ("unknown", "2"), ("limit", "-1"), ("", ""))).Ok();
        using var body = new StringContent("{]", null, "text/plain");
        (await _api.SendAsync(HttpMethod.Get, "keypair.getKeypair", _alice, body)).Ok();
    }

    /// <summary>Generated clients send every parameter, even those without a value.</summary>
    [Fact]
    public async Task An_empty_parameter_counts_as_absent()
    {
        (string, string) group = ("group_id", $"{_alice}#friends"), version = ("version", ""), limit = ("limit", ""),
            cursor = ("cursor", "");
        Assert.Equal(1, (await _api.GetAsync("group.getKey", _alice, group, version)).Ok().Int("version"));
        Assert.Equal(1, (await _api.GetAsync("keypair.getKeypair", _alice, version)).Ok().Int("version"));
        Assert.Equal(
            1, (await _api.GetAsync("keypair.getPublicKey", null, ("did", _alice), version)).Ok().Int("version"));
        foreach (var list in (string[])["group.listMembers", "group.listDelegates", "group.getAccessLog",
            "keypair.getAccessLog"])
            (await _api.GetAsync(list, _alice, group, limit, cursor)).Ok();
        var groups = (await _api.GetAsync("group.listGroups", _alice, ("role", ""), limit, cursor)).Ok();
        Assert.Single(groups.Json.GetProperty("groups").EnumerateArray());
    }

    [Theory]
    [InlineData("version")]
    [InlineData("version=")]
    [InlineData("&version=&")]
    public async Task An_empty_parameter_may_be_written_in_any_form(string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/xrpc/{Api.A}keypair.getKeypair?{query}");
        request.Headers.Authorization = new("Bearer", _api.Token(_alice, "keypair.getKeypair"));
        Assert.Equal(1, (await _api.SendAsync(request)).Ok().Int("version"));
    }

    [Fact]
    public async Task An_empty_required_parameter_counts_as_missing()
    {
        var noGroup = (await _api.GetAsync("group.getKey", _alice, ("group_id", ""))).Is(400, "InvalidRequest");
        Assert.Equal((await _api.GetAsync("group.getKey", _alice)).Text, noGroup.Text);
        var noDid = (await _api.GetAsync("keypair.getPublicKey", null, ("did", ""))).Is(400, "InvalidRequest");
        Assert.Equal((await _api.GetAsync("keypair.getPublicKey", null)).Text, noDid.Text);
    }

    [Fact]
    public async Task Even_an_empty_parameter_must_not_be_repeated()
    {
        foreach (var values in (string[][])[["", ""], ["", "1"], ["1", ""]])
        {
            (string, string)[] versions = [.. values.Select(value => ("version", value))];
            (await _api.GetAsync("keypair.getKeypair", _alice, versions)).Is(400, "InvalidRequest");
        }
    }
}
