using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Authentication;

/// <summary>A well-formed token that its issuer did not sign, or whose issuer has no key (401).</summary>
public sealed class UnsignedTokenException : KeyserverException
{
    internal UnsignedTokenException(KeyserverException refusal, Did issuer)
        : base(refusal.Error, refusal.Message) => Issuer = issuer;

    /// <summary>Who is said to have signed it. Anybody can write that.</summary>
    public Did Issuer { get; }
}
