using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Security.KeyVault.Keys.Wire;

/// <summary>
/// Sends the first request to a vault without token and body, reads the required token from the 401 challenge, and
/// repeats the request with it. The base class caches the token and rejects http.
/// </summary>
internal sealed class ChallengePolicy(TokenCredential credential, bool verifiesResource)
    : BearerTokenAuthenticationPolicy(credential, Array.Empty<string>())
{
    private const string WithheldBody = "keyvault.withheld-body";

    protected override async ValueTask AuthorizeRequestAsync(HttpMessage message)
    {
        if (Prepare(message) is { } context)
            await AuthenticateAndAuthorizeRequestAsync(message, context).ConfigureAwait(false);
    }

    protected override void AuthorizeRequest(HttpMessage message)
    {
        if (Prepare(message) is { } context)
            AuthenticateAndAuthorizeRequest(message, context);
    }

    protected override async ValueTask<bool> AuthorizeRequestOnChallengeAsync(HttpMessage message)
    {
        if (Answer(message) is not { } context)
            return false;
        await AuthenticateAndAuthorizeRequestAsync(message, context).ConfigureAwait(false);
        return true;
    }

    protected override bool AuthorizeRequestOnChallenge(HttpMessage message)
    {
        if (Answer(message) is not { } context)
            return false;
        AuthenticateAndAuthorizeRequest(message, context);
        return true;
    }

    /// <summary>Returns the token context, or null for the first request, which is sent without its body.</summary>
    private TokenRequestContext? Prepare(HttpMessage message)
    {
        if (Challenge.KnownOf(message.Request.Uri.ToUri()) is { } challenge)
        {
            RestoreBody(message);
            return Context(message, challenge);
        }

        if (message.Request.Content is { } body)
        {
            message.SetProperty(WithheldBody, body);
            message.Request.Content = null;
        }

        return null;
    }

    private TokenRequestContext? Answer(HttpMessage message)
    {
        RestoreBody(message);
        if (Challenge.Parse(message.Response) is not { } challenge)
            return null;
        var context = Context(message, challenge);
        challenge.Remember(message.Request.Uri.ToUri());
        return context;
    }

    /// <summary>Restores the body that the first attempt omitted.</summary>
    private static void RestoreBody(HttpMessage message)
    {
        if (message.TryGetProperty(WithheldBody, out var body) && body is RequestContent content)
            message.Request.Content = content;
    }

    private TokenRequestContext Context(HttpMessage message, Challenge challenge)
    {
        if (verifiesResource)
            challenge.Verify(message.Request.Uri.ToUri());
        return new TokenRequestContext(
            [challenge.Scope], message.Request.ClientRequestId, claims: null, challenge.TenantId);
    }
}
