using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using AtpKeyserver.Emulators.Atproto;

namespace AtpKeyserver.Tests.Integration.Emulators;

public sealed class AtprotoSessionTests : AtprotoFixture
{
    private const string Create = "com.atproto.server.createSession";
    private const string Refresh = "com.atproto.server.refreshSession";
    private const string Delete = "com.atproto.server.deleteSession";
    private const double TwoHours = 2 * 60 * 60;
    private const double NinetyDays = 90 * 24 * 60 * 60;

    private static readonly (int, string?) Good = (200, null);
    private static readonly (int, string?) Invalid = (401, "InvalidToken");
    private static readonly (int, string?) Expired = (400, "ExpiredToken");

    [Fact]
    public async Task A_session_has_new_tokens_in_the_form_of_a_pds()
    {
        var account = Emulator.CreateAccount(NewHandle());
        foreach (var identifier in new[] { account.Handle, account.Did })
        {
            var session = await LogInAsync(account, identifier);
            Assert.Equal(["did", "handle", "accessJwt", "refreshJwt"], session.AsObject().Select(member => member.Key));
            Assert.Equal((account.Did, account.Handle), (session.Text("did"), session.Text("handle")));
            Check("accessJwt", "at+jwt", "com.atproto.appPass", TwoHours);
            Check("refreshJwt", "refresh+jwt", "com.atproto.refresh", NinetyDays);

            void Check(string member, string type, string scope, double lifetime)
            {
                var parts = session.Text(member).Split('.');
                var header = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[0]));
                Assert.Equal($$"""{"typ":"{{type}}","alg":"HS256"}""", header);
                var payload = Decode(parts[1]);
                var now = Now.ToUnixTimeSeconds();
                Assert.Equal(
                    (scope, account.Did, now, now + (long)lifetime),
                    (payload.Text("scope"), payload.Text("sub"), (long)payload["iat"]!, (long)payload["exp"]!));
                Assert.Matches("^[0-9a-f]{32}$", payload.Text("jti"));
            }
        }

        Assert.NotEqual(
            (await LogInAsync(account)).Text("accessJwt"), (await LogInAsync(account)).Text("accessJwt"));
    }

    [Theory]
    [InlineData("{handle}", "wrong")]
    [InlineData("other.test", "{password}")]
    [InlineData("", "{password}")]
    public async Task A_session_needs_the_password_of_the_account(string identifier, string password)
    {
        Emulator.CreateAccount("other.test");
        var account = Emulator.CreateAccount(NewHandle());
        var (status, answer) = await Http.ProcedureAsync(Create, new JsonObject
        {
            ["identifier"] = identifier.Replace("{handle}", account.Handle, StringComparison.Ordinal),
            ["password"] = password.Replace("{password}", account.AccessToken, StringComparison.Ordinal),
        });
        Assert.Equal((401, "AuthenticationRequired"), (status, answer.Text("error")));
    }

    [Fact]
    public async Task A_session_token_is_no_password()
    {
        var account = Emulator.CreateAccount(NewHandle());
        var token = (await LogInAsync(account)).Text("accessJwt");
        var (status, _) = await Http.ProcedureAsync(
            Create, new JsonObject { ["identifier"] = account.Did, ["password"] = token });
        Assert.Equal(401, status);
    }

    [Fact]
    public async Task An_access_token_authenticates_for_two_hours()
    {
        var account = Emulator.CreateAccount(NewHandle());
        var token = (await LogInAsync(account)).Text("accessJwt");
        var (_, answer) = await AuthorizeAsync(token);
        Assert.Equal(account.Did, new CheckedToken(answer.Text("token")).Payload.Text("iss"));

        Clock.AdvanceSeconds(TwoHours - 1);
        Assert.Equal(Good, await UseAsync(token));
        Clock.AdvanceSeconds(1);
        (var status, answer) = await AuthorizeAsync(token);
        Assert.Equal(400, status);
        Assert.Equal("""{"error":"ExpiredToken","message":"Token has expired"}""", answer.ToJsonString());
        Assert.Equal(Good, await UseAsync(account.AccessToken));
    }

    [Fact]
    public async Task A_refresh_token_works_once_within_ninety_days()
    {
        var account = Emulator.CreateAccount(NewHandle());
        var first = await LogInAsync(account);
        Clock.AdvanceSeconds(NinetyDays - 1);
        var (status, second) = await Http.ProcedureAsync(Refresh, body: null, first.Text("refreshJwt"));
        Assert.Equal((200, account.Did), (status, second.Text("did")));
        Assert.Equal(Good, await UseAsync(second.Text("accessJwt")));
        Assert.Equal(Invalid, await PostAsync(Refresh, first.Text("refreshJwt")));

        Clock.AdvanceSeconds(NinetyDays - 1);
        Assert.Equal(Good, await PostAsync(Refresh, second.Text("refreshJwt")));
        var third = await LogInAsync(account);
        Clock.AdvanceSeconds(NinetyDays);
        Assert.Equal(Expired, await PostAsync(Refresh, third.Text("refreshJwt")));
    }

    [Fact]
    public async Task Of_concurrent_refreshes_one_succeeds()
    {
        var token = (await LogInAsync(Emulator.CreateAccount(NewHandle()))).Text("refreshJwt");
        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => PostAsync(Refresh, token)));
        Assert.Single(results, Good);
        Assert.Equal(15, results.Count(result => result == Invalid));
    }

    [Fact]
    public async Task An_ended_session_has_no_valid_token()
    {
        var account = Emulator.CreateAccount(NewHandle());
        var other = await LogInAsync(account);
        var first = await LogInAsync(account);
        var (_, second) = await Http.ProcedureAsync(Refresh, body: null, first.Text("refreshJwt"));
        Assert.Equal(Good, await UseAsync(first.Text("accessJwt")));
        Assert.Equal(Invalid, await PostAsync(Delete, first.Text("refreshJwt")));
        Assert.Equal(Good, await PostAsync(Delete, second.Text("refreshJwt")));

        Clock.AdvanceSeconds(TwoHours - 1);
        Assert.Equal(Good, await UseAsync(other.Text("accessJwt")));
        Assert.Equal(Good, await PostAsync(Refresh, other.Text("refreshJwt")));
        foreach (var pair in new[] { first, second })
        {
            Assert.Equal(Invalid, await UseAsync(pair.Text("accessJwt")));
            Assert.Equal(Invalid, await PostAsync(Refresh, pair.Text("refreshJwt")));
            Assert.Equal(Invalid, await PostAsync(Delete, pair.Text("refreshJwt")));
        }
    }

    [Fact]
    public async Task A_token_works_only_for_its_purpose()
    {
        var account = Emulator.CreateAccount(NewHandle());
        var session = await LogInAsync(account);
        Assert.Equal(Invalid, await UseAsync(session.Text("refreshJwt")));
        Assert.Equal(Invalid, await PostAsync(Refresh, session.Text("accessJwt")));
        Assert.Equal(Invalid, await PostAsync(Delete, session.Text("accessJwt")));
        Assert.Equal(Good, await UseAsync(session.Text("accessJwt")));
    }

    [Fact]
    public async Task The_permanent_token_has_no_session()
    {
        var account = Emulator.CreateAccount(NewHandle());
        Assert.Equal(Invalid, await PostAsync(Refresh, account.AccessToken));
        Assert.Equal(Good, await PostAsync(Delete, account.AccessToken));
        Clock.AdvanceSeconds(2 * NinetyDays);
        Assert.Equal(Good, await UseAsync(account.AccessToken));
    }

    [Fact]
    public async Task A_changed_token_is_invalid()
    {
        var alice = Emulator.CreateAccount(NewHandle());
        var mallory = Emulator.CreateAccount(NewHandle());
        var token = (await LogInAsync(mallory)).Text("accessJwt");
        var parts = token.Split('.');
        var payload = Decode(parts[1]);
        payload["sub"] = alice.Did;
        var asAlice = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload.ToJsonString()));
        payload["sub"] = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
        var asNobody = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload.ToJsonString()));
        foreach (var changed in new[]
        {
            $"{parts[0]}.{asAlice}.{parts[2]}", $"{parts[0]}.{asNobody}.{parts[2]}", $"{parts[0]}.{parts[1]}.",
            $"{parts[0]}.{parts[1]}", parts[0] + ".e30." + parts[2], parts[0] + ".bnVsbA." + parts[2],
            parts[0] + ".é." + parts[2], token + "A", token[..^1], token + ".", "..", ".",
        })
        {
            Assert.Equal(Invalid, await UseAsync(Uri.EscapeDataString(changed)));
            Assert.Equal(Invalid, await PostAsync(Refresh, Uri.EscapeDataString(changed)));
        }
    }

    private static JsonNode Decode(string part) => JsonNode.Parse(Base64Url.DecodeFromChars(part))!;

    private async Task<JsonNode> LogInAsync(EmulatedAccount account, string? identifier = null)
    {
        var (status, answer) = await Http.ProcedureAsync(Create, new JsonObject
        {
            ["identifier"] = identifier ?? account.Handle,
            ["password"] = account.AccessToken,
        });
        Assert.Equal(200, status);
        return answer;
    }

    private Task<(int Status, JsonNode Answer)> AuthorizeAsync(string token) =>
        Http.QueryAsync("com.atproto.server.getServiceAuth", "aud=did:web:example.com&lxm=a.b.c", token);

    private async Task<(int, string?)> UseAsync(string token)
    {
        var (status, answer) = await AuthorizeAsync(token);
        return (status, (string?)answer["error"]);
    }

    private async Task<(int, string?)> PostAsync(string method, string token)
    {
        var (status, answer) = await Http.ProcedureAsync(method, body: null, token);
        return (status, (string?)answer["error"]);
    }
}
