using System.Collections.Concurrent;
using Azure.Core;

namespace AtpKeyserver.Tests.Integration.Support;

/// <summary>Issues <c>token-1</c>, <c>token-2</c>… for an hour each, and records the requests.</summary>
internal sealed class StubCredential : TokenCredential
{
    private int _count;

    public ConcurrentQueue<TokenRequestContext> Asked { get; } = new();

    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        Asked.Enqueue(requestContext);
        return new AccessToken(
            $"token-{Interlocked.Increment(ref _count)}", TimeProvider.System.GetUtcNow().AddHours(1));
    }

    public override ValueTask<AccessToken> GetTokenAsync(
        TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        new(GetToken(requestContext, cancellationToken));
}
