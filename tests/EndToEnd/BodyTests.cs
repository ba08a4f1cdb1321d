using System.Net.Http.Headers;
using System.Text;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>
/// A body is one JSON object of at most 16 KiB with valid members; everything else is refused and changes nothing.
/// </summary>
[Collection(SharedKeyserver.OfProtocol)]
public sealed class BodyTests(KeyserverFixture keyserver) : IAsyncLifetime
{
    private const int MaxBody = 16 * 1024;

    private readonly Api _api = keyserver.Api;
    private readonly string _alice = keyserver.Api.NewAccount();

    public static TheoryData<string> NoObjects =>
    [
        "null", "true", "1", "\"text\"", "[]", "[{}]", " ", "{", "}", "{]", "{}{}", "{} x", "{,}", "{\"a\":1,}",
        "{'a':1}", "{a:1}", "// {}",
        "{}//",
        "\ufeff", "\ufeff\ufeff{}", "{}\ufeff", "{\"a\":01}", "{\"a\":NaN}", "{\"a\":\"\n\"}", "{\"a\":\"\\x\"}",
        "{\"a\":tru}", "<xml/>", "a=b",
    ];

    public static TheoryData<string> BadMembers =>
    [
        "\"expected_version\":0", "\"expected_version\":-1", "\"expected_version\":2147483648",
        "\"expected_version\":1.5", "\"expected_version\":1.0",
        "\"expected_version\":1e0", "\"expected_version\":1e400", "\"expected_version\":\"1\"",
        "\"expected_version\":\"\"", "\"expected_version\":true",
        "\"expected_version\":[1]", "\"expected_version\":{}", "\"reason\":1", "\"reason\":true", "\"reason\":[\"a\"]",
        "\"reason\":{}",
        "\"reason\":\"\\ud800\"", "\"reason\":\"a\",\"reason\":\"a\"", "\"expected_version\":1,\"expected_version\":1",
    ];

    public static TheoryData<string> BadGroupMembers =>
    [
        "\"group_id\":1", "\"group_id\":null", "\"group_id\":[\"GROUP\"]",
        "\"group_id\":\"GROUP\",\"group_id\":\"GROUP\"",
        "\"group_id\":\"GROUP\",\"member_did\":1", "\"group_id\":\"GROUP\",\"member_did\":null",
        "\"group_id\":\"GROUP\",\"member_did\":[]",
        "\"group_id\":\"GROUP\",\"member_did\":\"ALICE\",\"rotate\":1",
        "\"group_id\":\"GROUP\",\"member_did\":\"ALICE\",\"rotate\":\"true\"",
        "\"GROUP_ID\":\"GROUP\",\"member_did\":\"ALICE\"", "\"groupId\":\"GROUP\",\"memberDid\":\"ALICE\"",
    ];

    private string Group => $"{_alice}#friends";

    public async Task InitializeAsync()
    {
        (await _api.GetAsync("keypair.getKeypair", _alice)).Ok();
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
    }

    /// <summary>Refused requests have changed nothing.</summary>
    public async Task DisposeAsync()
    {
        var versions = (await _api.GetAsync("group.listKeyVersions", _alice, ("group_id", Group)))
            .Ok().Json.GetProperty("versions");
        Assert.Single(versions.EnumerateArray());
    }

    [Theory]
    [MemberData(nameof(NoObjects))]
    public async Task A_body_that_is_not_a_JSON_object_is_refused(string body)
    {
        foreach (var method in new[] { "keypair.rotate", "group.rotateKey", "group.addMember", "group.removeMember" })
            (await _api.PostAsync(method, _alice, body)).Is(400, "InvalidRequest");
    }

    [Theory]
    [MemberData(nameof(BadMembers))]
    public async Task A_malformed_member_is_refused(string member)
    {
        (await _api.PostAsync("keypair.rotate", _alice, $"{{{member}}}")).Is(400, "InvalidRequest");
        (await _api.PostAsync("group.rotateKey", _alice, $"{{\"group_id\":\"{Group}\",{member}}}"))
            .Is(400, "InvalidRequest");
    }

    [Theory]
    [MemberData(nameof(BadGroupMembers))]
    public async Task A_malformed_member_of_a_group_is_refused(string members)
    {
        var named = members.Replace("GROUP", Group, StringComparison.Ordinal)
            .Replace("ALICE", _alice, StringComparison.Ordinal);
        var body = $"{{{named}}}";
        (await _api.PostAsync("group.removeMember", _alice, body)).Is(400, "InvalidRequest");
    }

    [Theory]
    [MemberData(nameof(Methods.Procedures), MemberType = typeof(Methods))]
    public async Task Bytes_that_are_not_UTF_8_are_refused(string method)
    {
        using var body = Json([.. "{\"reason\":\""u8, 0xC3, 0x28, .. "\",\"group_id\":\""u8, 0xFF, .. "\"}"u8]);
        (await _api.PostAsync(method, _alice, body)).Is(400, "InvalidRequest");
        using var ignored = Json([.. "{\"x\":\""u8, 0xFF, .. "\"}"u8]);
        (await _api.PostAsync(method, _alice, ignored)).Is(400, "InvalidRequest");
    }

    [Theory]
    [InlineData(17)]
    [InlineData(8_000)]
    public async Task Deep_JSON_is_refused(int depth)
    {
        var deep = $"{{\"group_id\":\"{Group}\",\"x\":{new string('[', depth - 1)}{new string(']', depth - 1)}}}";
        (await _api.PostAsync("group.rotateKey", _alice, deep)).Is(400, "InvalidRequest");
        (await _api.PostAsync("keypair.rotate", _alice, deep)).Is(400, "InvalidRequest");
    }

    [Fact]
    public async Task Unknown_members_are_ignored()
    {
        var unknown = $"\"x\":{new string('[', 15)}{new string(']', 15)},\"Reason\":1,\"\":{{\"a\":null}}";
        var body = $"{{\"group_id\":\"{Group}\",{unknown},\"expected_version\":9}}";
        (await _api.PostAsync("group.rotateKey", _alice, body)).Is(409, "VersionConflict");
    }

    [Fact]
    public async Task An_optional_member_may_be_null()
    {
        (await _api.PostAsync("keypair.rotate", _alice, "{\"reason\":null,\"expected_version\":null}")).Ok();
        var member = new { group_id = Group, member_did = "did:web:example.com", rotate = (bool?)null };
        (await _api.PostAsync("group.addMember", _alice, member)).Ok();
        Assert.False(
            (await _api.PostAsync("group.removeMember", _alice, member)).Ok().Json.TryGetProperty("newVersion", out _));
    }

    [Fact]
    public async Task The_highest_version_can_be_expected() =>
        (await _api.PostAsync("group.rotateKey", _alice, new { group_id = Group, expected_version = int.MaxValue }))
            .Is(409, "VersionConflict");

    [Theory]
    [InlineData("r", 256, 409)]
    [InlineData("r", 257, 400)]
    [InlineData("ü", 256, 409)]
    [InlineData("🔑", 192, 409)]
    [InlineData("🔑", 193, 400)]
    public async Task A_reason_has_at_most_256_characters_and_768_bytes(string character, int count, int status)
    {
        var reason = string.Concat(Enumerable.Repeat(character, count));
        var error = status == 400 ? "InvalidRequest" : "VersionConflict";
        (await _api.PostAsync("group.rotateKey", _alice, new { group_id = Group, reason, expected_version = 9 }))
            .Is(status, error);
        (await _api.PostAsync("keypair.rotate", _alice, new { reason, expected_version = 9 })).Is(status, error);
    }

    [Theory]
    [InlineData(MaxBody, false, 409, "VersionConflict")]
    [InlineData(MaxBody, true, 409, "VersionConflict")]
    [InlineData(MaxBody + 1, false, 413, "PayloadTooLarge")]
    [InlineData(MaxBody + 1, true, 413, "PayloadTooLarge")]
    [InlineData(1 << 20, false, 413, "PayloadTooLarge")]
    [InlineData(1 << 20, true, 413, "PayloadTooLarge")]
    [InlineData(30_000_001, false, 413, "PayloadTooLarge")]
    [InlineData(30_000_001, true, 413, "PayloadTooLarge")]
    public async Task A_body_has_at_most_16_KiB(int length, bool chunked, int status, string error)
    {
        var text = $"{{\"group_id\":\"{Group}\",\"expected_version\":9}}".PadRight(length);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/xrpc/{Api.A}group.rotateKey");
        request.Content = Json(Encoding.UTF8.GetBytes(text));
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.Authorization = new("Bearer", _api.Token(_alice, "group.rotateKey"));
        (await _api.SendAsync(request)).Is(status, error);
    }

    [Theory]
    [InlineData("text/plain", null)]
    [InlineData("application/x-www-form-urlencoded", null)]
    [InlineData("multipart/form-data; boundary=x", null)]
    [InlineData("application/xml", null)]
    [InlineData(null, null)]
    [InlineData("application/json", "gzip")]
    [InlineData("application/json", "br")]
    [InlineData("application/json", "identity, gzip")]
    [InlineData("application/json", "identity;q=1")]
    public async Task A_body_without_a_JSON_content_type_is_refused(string? type, string? encoding)
    {
        using var body = new ByteArrayContent(Encoding.UTF8.GetBytes($"{{\"group_id\":\"{Group}\"}}"));
        body.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        if (encoding is not null)
            body.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        (await _api.PostAsync("group.rotateKey", _alice, body)).Is(415, "UnsupportedMediaType");
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("Identity")]
    [InlineData("identity, IDENTITY")]
    [InlineData("identity", "identity")]
    [InlineData("")]
    [InlineData(",")]
    public async Task A_body_with_the_identity_encoding_is_accepted(params string[] encodings)
    {
        using var body = Json(Encoding.UTF8.GetBytes($"{{\"group_id\":\"{Group}\",\"expected_version\":9}}"));
        body.Headers.TryAddWithoutValidation("Content-Encoding", encodings);
        (await _api.PostAsync("group.rotateKey", _alice, body)).Is(409, "VersionConflict");
    }

    [Theory]
    [MemberData(nameof(Methods.Procedures), MemberType = typeof(Methods))]
    public async Task A_byte_order_mark_before_the_object_is_ignored(string method)
    {
        var members = $"{{\"group_id\":\"{_alice}#nobody\",\"expected_version\":9}}";
        using var plain = Json(Encoding.UTF8.GetBytes(members));
        using var marked = Json([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(members)]);
        Assert.Equal((await _api.PostAsync(method, _alice, plain)).Text,
            (await _api.PostAsync(method, _alice, marked)).Text);
    }

    [Fact]
    public async Task A_byte_order_mark_does_not_hide_a_member()
    {
        using var body = Json([.. Encoding.UTF8.Preamble,
            .. Encoding.UTF8.GetBytes($"{{\"group_id\":\"{Group}\",\"expected_version\":9}}")]);
        (await _api.PostAsync("group.rotateKey", _alice, body)).Is(409, "VersionConflict");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("Application/JSON; charset=UTF-8")]
    [InlineData("text/plain")]
    [InlineData(null)]
    public async Task An_empty_body_needs_no_type_and_counts_as_no_body(string? type)
    {
        foreach (var (
            method, status) in new[] { ("keypair.rotate", 200), ("group.rotateKey", 400), ("group.addMember", 400) })
        {
            using var body = new ByteArrayContent([]);
            body.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
            Assert.Equal(status, (await _api.PostAsync(method, _alice, body)).Status);
        }
    }

    private static ByteArrayContent Json(byte[] bytes) =>
        new(bytes) { Headers = { ContentType = new("application/json") } };
}
