using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Security.KeyVault.Keys.Wire;

/// <summary>
/// Asks an unknown vault without token and body, learns from its 401 which token it wants, and repeats the request with
/// it. The token is cached by the base class, which also refuses http.
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

    /// <summary>The token to send, or null for a first request, whose body is withheld.</summary>
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

    /// <summary>A retry may know what the first attempt did not.</summary>
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
