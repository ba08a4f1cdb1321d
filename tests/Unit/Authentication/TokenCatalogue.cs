using AtpKeyserver.Errors;

namespace AtpKeyserver.Tests.Unit.Authentication;

/// <summary>
/// One token for each broken rule, with a name and the error that the protocol defines; all are 401. Tokens that do not
/// test the signature have a valid one. None of them causes a lookup.
/// </summary>
internal static partial class TokenCatalogue
{
    private const string Did = "did:plc:abcdefghijklmnopqrstuvwx";

    public static readonly IReadOnlyDictionary<string, Row> Refused = new Dictionary<string, Row>(
        [.. Segments(), .. Letters(), .. Header(), .. Times(), .. Purpose(), .. Structure(), .. Signatures()]);

    private static Row Of(Token token, ErrorName error) => new(auth => "Bearer " + token.Sign(auth.Key), error);

    /// <param name="Authorization">The whole header.</param>
    /// <param name="Error">The error for the broken rule.</param>
    public sealed record Row(Func<TestAuth, string> Authorization, ErrorName Error);
}
