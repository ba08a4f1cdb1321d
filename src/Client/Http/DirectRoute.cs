using System.Net.Http.Headers;

namespace AtpKeyserver.Client;

/// <summary>Calls the keyserver directly, with one service token per method, or anonymously.</summary>
internal sealed class DirectRoute(ServiceAddress address, TokenCache? tokens) : IRoute
{
    public ValueTask<Uri> OriginAsync(CancellationToken cancellation) => address.GetAsync(cancellation);

    public async ValueTask AuthorizeAsync(
        HttpRequestMessage request, string nsid, bool anonymous, CancellationToken cancellation)
    {
        if (!anonymous && tokens is not null)
        {
            var token = await tokens.GetAsync(nsid, cancellation).ConfigureAwait(false);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    public ValueTask<bool> RenewAsync(
        string nsid, int status, string errorName, string? token, CancellationToken cancellation)
    {
        if (tokens is null || status != 401)
            return ValueTask.FromResult(false);
        tokens.Drop(nsid, token, wasUsed: errorName == KeyserverErrors.NonceNotUnique);
        // BadJwtSignature: the account's key may have changed after the token was made.
        return ValueTask.FromResult(
            errorName
                is KeyserverErrors.JwtExpired or KeyserverErrors.NonceNotUnique or KeyserverErrors.BadJwtSignature);
    }

    public void Clear() => tokens?.Clear();

    public void Dispose() => tokens?.Dispose();
}
