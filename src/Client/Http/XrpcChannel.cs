using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AtpKeyserver.Client;

/// <summary>Calls of XRPC. <see href="https://atproto.com/specs/xrpc"/></summary>
internal sealed class XrpcChannel(Exchange exchange, IRoute route)
{
    public async Task<T> QueryAsync<T>(
        string nsid, Parameters parameters, JsonTypeInfo<T> answer, CancellationToken cancellation, bool anonymous = false)
    {
        using var reply = await SendAsync(HttpMethod.Get, nsid, parameters.ToString(), null, true, anonymous, cancellation)
            .ConfigureAwait(false);
        return reply.Read(answer);
    }

    /// <summary>A change: sent once.</summary>
    public async Task<T> ProcedureAsync<TInput, T>(
        string nsid, TInput input, JsonTypeInfo<TInput> type, JsonTypeInfo<T> answer, CancellationToken cancellation)
    {
        using var reply = await ProcedureAsync(nsid, input, type, repeatable: false, cancellation).ConfigureAwait(false);
        return reply.Read(answer, change: true);
    }

    /// <param name="nsid">The method.</param>
    /// <param name="input">The body.</param>
    /// <param name="type">Of the body.</param>
    /// <param name="repeatable">Whether the call can be made twice without changing anything twice.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<Reply> ProcedureAsync<TInput>(
        string nsid, TInput input, JsonTypeInfo<TInput> type, bool repeatable, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, nsid, "", JsonSerializer.SerializeToUtf8Bytes(input, type), repeatable, false, cancellation);

    /// <summary>Copies an answer of any length as it comes. No retries: part of it may be written.</summary>
    public async Task CopyAsync(string nsid, Stream destination, CancellationToken cancellation)
    {
        using var response = await exchange.TryAsync(token => MakeAsync(HttpMethod.Get, nsid, "", null, false, token), false, cancellation)
            .ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            using var body = await ClearedBody.ReadAsync(response.Content, cancellation).ConfigureAwait(false);
            throw new Reply((int)response.StatusCode, body, response.Headers.RetryAfter?.Delta, false).Failure(change: false);
        }

        try
        {
            await response.Content.CopyToAsync(destination, cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw Exchange.Unreachable("The server broke off; what was written is not complete. It", change: false, e);
        }
    }

    private async Task<Reply> SendAsync(
        HttpMethod verb, string nsid, string query, byte[]? body, bool retry, bool anonymous, CancellationToken cancellation)
    {
        var change = verb == HttpMethod.Post;
        for (var renewed = false; ; renewed = true)
        {
            var reply = await exchange.SendAsync(
                token => MakeAsync(verb, nsid, query, body, anonymous, token), retry, change, cancellation).ConfigureAwait(false);
            if (renewed || reply.Status is not (400 or 401) || reply.ErrorName is not { } error
                || !await route.RenewAsync(nsid, reply.Status, error, cancellation).ConfigureAwait(false))
                return reply;
            reply.Dispose();
        }
    }

    private async ValueTask<HttpRequestMessage> MakeAsync(
        HttpMethod verb, string nsid, string query, byte[]? body, bool anonymous, CancellationToken cancellation)
    {
        var origin = await route.OriginAsync(cancellation).ConfigureAwait(false);
        var request = new HttpRequestMessage(verb, new Uri(origin, $"xrpc/{nsid}{query}"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypeNames.Application.Json));
        if (body is not null)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new(MediaTypeNames.Application.Json) } };
        await route.AuthorizeAsync(request, nsid, anonymous, cancellation).ConfigureAwait(false);
        return request;
    }
}
