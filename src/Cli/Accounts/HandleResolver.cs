using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AtpKeyserver.Client;
using DnsClient;
using DnsClient.Protocol;

namespace AtpKeyserver.Cli.Accounts;

/// <summary>
/// Finds the DID that a handle claims, in DNS and then on the handle's web server. The claim counts only if the DID
/// document claims the handle, too. <see href="https://atproto.com/specs/handle#handle-resolution"/>
/// </summary>
/// <param name="dns">Answers DNS queries.</param>
/// <param name="http">Does not follow redirects.</param>
/// <param name="pds">
/// The PDS that the user named, which is asked last; null if none. If it is on this machine it is asked first, because
/// only it knows the handles of a test network.
/// </param>
internal sealed class HandleResolver(IDnsQuery dns, HttpClient http, Uri? pds)
{
    private const string DnsPrefix = "did=";
    private const int MaxDnsName = 253;

    /// <exception cref="AccountNotFoundException">Nothing knows the handle.</exception>
    /// <exception cref="UpstreamException">A source did not respond, and no other knows the handle.</exception>
    public async Task<string> ResolveAsync(string handle, CancellationToken cancellation)
    {
        var fromPds = new Answer();
        if (pds?.IsLoopback == true && (fromPds = await AskPdsAsync(pds, handle, cancellation)).Did is { } local)
            return local;
        var claims = await AskDnsAsync(handle, cancellation);
        if (claims is [var claimed, ..])
            return claimed;
        var page = new Uri($"https://{handle}/.well-known/atproto-did");
        var fromWeb = await AskAsync(page, Encoding.UTF8.GetString, cancellation);
        if (fromWeb.Did is { } published)
            return published;
        if (pds?.IsLoopback == false && (fromPds = await AskPdsAsync(pds, handle, cancellation)).Did is { } known)
            return known;

        if (fromPds.Failure is not null)
            throw NoResponse(handle, $"{pds!.Authority}");
        if (claims is null)
            throw NoResponse(handle, $"DNS for _atproto.{handle}");
        if (fromWeb is { Failure: { } failure } && !HasNoWebServer(failure))
            throw NoResponse(handle, page.AbsoluteUri);
        throw new AccountNotFoundException(
            $"Cannot find the account {handle}: there is no DNS record _atproto.{handle}, "
            + $"and {page} {(fromWeb.Failure is null ? "does not contain a DID" : "cannot be reached")}.");
    }

    private static UpstreamException NoResponse(string handle, string source) =>
        new(KeyserverErrors.Unreachable, $"Cannot look up {handle}: no response from {source}.");

    /// <summary>The DIDs in DNS; null if DNS did not respond: then there may be a record.</summary>
    private async Task<IReadOnlyList<string>?> AskDnsAsync(string handle, CancellationToken cancellation)
    {
        var name = $"_atproto.{handle}";
        if (name.Length > MaxDnsName)
            return [];
        try
        {
            var response = await dns.QueryAsync(name, QueryType.TXT, cancellationToken: cancellation);
            var status = response.Header.ResponseCode;
            return status is DnsHeaderResponseCode.NoError or DnsHeaderResponseCode.NotExistentDomain
                ? ClaimsIn(response, name)
                : null;
        }
        // The library has several exceptions, such as one for a computer without name servers.
        catch (Exception e) when (e is not AccountNotFoundException)
        {
            cancellation.ThrowIfCancellationRequested();
            return null;
        }
    }

    private static List<string> ClaimsIn(IDnsQueryResponse response, string name)
    {
        var claims = response.Answers.OfType<TxtRecord>()
            .Select(record => string.Concat(record.Text))
            .Where(text => text.StartsWith(DnsPrefix, StringComparison.Ordinal))
            .Select(text => text[DnsPrefix.Length..])
            .Distinct()
            .ToList();
        return claims.Count > 1
            ? throw new AccountNotFoundException($"The DNS records {name} name more than one account.")
            : [.. claims.Select(OnlyDid).OfType<string>()];
    }

    private Task<Answer> AskPdsAsync(Uri origin, string handle, CancellationToken cancellation) => AskAsync(
        new Uri(origin, $"xrpc/com.atproto.identity.resolveHandle?handle={Uri.EscapeDataString(handle)}"),
        DidInJson,
        cancellation);

    /// <summary>
    /// Reads bytes, because a wrong charset in a header makes the methods that return text fail. A server error is no
    /// response.
    /// </summary>
    private async Task<Answer> AskAsync(Uri uri, Func<byte[], string?> read, CancellationToken cancellation)
    {
        try
        {
            return new Answer(OnlyDid(read(await http.GetByteArrayAsync(uri, cancellation))));
        }
        catch (HttpRequestException e) when (
            (int?)e.StatusCode < 500 || e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            return new Answer();
        }
        catch (Exception e) when (
            e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return new Answer(Failure: e);
        }
    }

    private static string? DidInJson(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize<ResolvedHandle>(json, JsonSerializerOptions.Web)?.Did;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? OnlyDid(string? text) =>
        text?.Trim() is { Length: < 2048 } did && AccountDirectory.IsDid(did) ? did : null;

    /// <summary>The ordinary case of a mistyped handle, not a failure.</summary>
    private static bool HasNoWebServer(Exception failure) => failure is HttpRequestException
    {
        HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
    } or HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } };

    /// <summary>What a web server said.</summary>
    /// <param name="Did">Null: none.</param>
    /// <param name="Failure">Set if there was no response.</param>
    private sealed record Answer(string? Did = null, Exception? Failure = null);

    private sealed record ResolvedHandle(string? Did);
}
