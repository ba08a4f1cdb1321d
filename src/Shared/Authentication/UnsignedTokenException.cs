using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Authentication;

/// <summary>401: a well-formed token that its issuer did not sign, or whose issuer has no key.</summary>
public sealed class UnsignedTokenException : KeyserverException
{
    internal UnsignedTokenException(KeyserverException refusal, Did issuer)
        : base(refusal.Error, refusal.Message) => Issuer = issuer;

    /// <summary>The claimed issuer, which is not authenticated.</summary>
    public Did Issuer { get; }
}
