using AtpKeyserver.Authentication;
using AtpKeyserver.Identity;
using AtpKeyserver.Tests.Fuzz.Engine;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>
/// A line with the header and the payload, always signed by the issuer: accepted exactly when a plain reader finds no
/// violation.
/// </summary>
internal sealed class TokenClaimsTarget()
    : Target("token-claims", typeof(ServiceTokenReader), typeof(JoseHeader), typeof(TokenClaims), typeof(StrictJson))
{
    private readonly TokenWorld _world = new();

    public override int MaxLength => 4096;

    public override int Cost => 2;

    public override IEnumerable<string> Words => _world.Words;

    public override bool Run(byte[] input)
    {
        var end = Array.IndexOf(input, (byte)'\n');
        var header = input[..Math.Max(end, 0)];
        var payload = input[(end + 1)..];
        var accepted = _world.Verify("Bearer " + _world.Sign(header, payload)) is not null;
        FindingException.Unless(
            accepted == _world.FollowsTheRules(header, payload),
            accepted ? "A token that breaks a rule is accepted." : "A valid token is refused.");
        return accepted;
    }
}
