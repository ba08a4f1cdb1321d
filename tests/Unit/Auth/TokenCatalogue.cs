using AtpKeyserver.Errors;

namespace AtpKeyserver.Tests.Unit.Auth;

/// <summary>
/// One token for each way to be wrong, with its name and the name that the protocol has for the rule; all are 401. Where the rule is not the
/// signature, the right key has signed. None of them is worth a look-up.
/// </summary>
internal static partial class TokenCatalogue
{
    private const string Did = "did:plc:abcdefghijklmnopqrstuvwx";

    public static readonly IReadOnlyDictionary<string, Row> Refused = new Dictionary<string, Row>(
        [.. Segments(), .. Letters(), .. Header(), .. Times(), .. Purpose(), .. Structure(), .. Signatures()]);

    private static Row Of(Token token, ErrorName error) => new(auth => "Bearer " + token.Sign(auth.Key), error);

    /// <param name="Authorization">The whole header.</param>
    /// <param name="Error">The name of the rule that is broken.</param>
    public sealed record Row(Func<TestAuth, string> Authorization, ErrorName Error);
}
