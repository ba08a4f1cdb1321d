using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AtpKeyserver.Client;

/// <summary>Makes XRPC calls. <see href="https://atproto.com/specs/xrpc"/></summary>
internal sealed class XrpcChannel(Exchange exchange, IRoute route)
{
    public async Task<T> QueryAsync<T>(
        string nsid, Parameters parameters, JsonTypeInfo<T> answer, CancellationToken cancellation,
        bool anonymous = false)
    {
        using var reply = await SendAsync(
            HttpMethod.Get, nsid, parameters.ToString(), null, true, anonymous, cancellation)
            .ConfigureAwait(false);
        return reply.Read(answer);
    }

    /// <summary>Sends a change, without retries.</summary>
    public async Task<T> ProcedureAsync<TInput, T>(
        string nsid, TInput input, JsonTypeInfo<TInput> type, JsonTypeInfo<T> answer, CancellationToken cancellation)
    {
        using var reply = await ProcedureAsync(nsid, input, type, repeatable: false, cancellation)
            .ConfigureAwait(false);
        return reply.Read(answer, change: true);
    }

    /// <param name="nsid">The method.</param>
    /// <param name="input">The body.</param>
    /// <param name="type">The type of the body.</param>
    /// <param name="repeatable">Whether the call is idempotent.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public Task<Reply> ProcedureAsync<TInput>(
        string nsid, TInput input, JsonTypeInfo<TInput> type, bool repeatable, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, nsid, "", JsonSerializer.SerializeToUtf8Bytes(input, type), repeatable, false,
            cancellation);

    /// <summary>
    /// Streams a response of any length. Not retried after the body has started, because a part of it is written.
    /// </summary>
    public async Task CopyAsync(string nsid, Stream destination, CancellationToken cancellation)
    {
        for (var renewed = false; ; renewed = true)
        {
            var request = new RequestOf(route, HttpMethod.Get, nsid, "", null, Anonymous: false);
            var (response, afterFailure) = await exchange.OpenAsync(request.MakeAsync, true, false, cancellation)
                .ConfigureAwait(false);
            using (response)
            {
                if (response.IsSuccessStatusCode)
                {
                    await Exchange.CopyAsync(response, destination, cancellation).ConfigureAwait(false);
                    return;
                }

                using var reply = await exchange.ReadAsync(response, false, afterFailure, cancellation)
                    .ConfigureAwait(false);
                if (renewed || !await RenewAsync(request, reply, cancellation).ConfigureAwait(false))
                    throw reply.Failure(change: false);
            }
        }
    }

    private async Task<Reply> SendAsync(
        HttpMethod verb, string nsid, string query, byte[]? body, bool retry, bool anonymous,
        CancellationToken cancellation)
    {
        var change = verb == HttpMethod.Post;
        var request = new RequestOf(route, verb, nsid, query, body, anonymous);
        var first = await exchange.SendAsync(request.MakeAsync, retry, change, cancellation).ConfigureAwait(false);
        if (!await RenewAsync(request, first, cancellation).ConfigureAwait(false))
            return first;
        first.Dispose();
        var second = await exchange.SendAsync(request.MakeAsync, retry, change, cancellation).ConfigureAwait(false);
        return second with { AfterFailure = first.AfterFailure || second.AfterFailure };
    }

    private async ValueTask<bool> RenewAsync(RequestOf request, Reply reply, CancellationToken cancellation) =>
        reply is { Status: 400 or 401, ErrorName: { } error }
        && await route.RenewAsync(request.Nsid, reply.Status, error, request.Token, cancellation).ConfigureAwait(false);

    /// <summary>A call, which creates a request for each attempt.</summary>
    private sealed record RequestOf(
        IRoute Route, HttpMethod Verb, string Nsid, string Query, byte[]? Body, bool Anonymous)
    {
        /// <summary>The token of the last attempt.</summary>
        public string? Token { get; private set; }

        public async ValueTask<HttpRequestMessage> MakeAsync(CancellationToken cancellation)
        {
            var origin = await Route.OriginAsync(cancellation).ConfigureAwait(false);
            var request = new HttpRequestMessage(Verb, new Uri(origin, $"xrpc/{Nsid}{Query}"));
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypeNames.Application.Json));
            if (Body is not null)
                request.Content =
                    new ByteArrayContent(Body) { Headers = { ContentType = new(MediaTypeNames.Application.Json) } };
            await Route.AuthorizeAsync(request, Nsid, Anonymous, cancellation).ConfigureAwait(false);
            Token = request.Headers.Authorization?.Parameter;
            return request;
        }
    }
}
