using AtpKeyserver.Emulators.Atproto.Accounts;

namespace AtpKeyserver.Emulators.Atproto.Pds.Sessions;

/// <summary>New tokens of a session.</summary>
internal sealed record SessionTokens(Account Account, string Access, string Refresh)
{
    /// <summary>The response of <c>createSession</c> and <c>refreshSession</c>.</summary>
    public string ToJson() => AtprotoJson.Object(
        ("did", Account.Did), ("handle", Account.Handle), ("accessJwt", Access), ("refreshJwt", Refresh));
}
