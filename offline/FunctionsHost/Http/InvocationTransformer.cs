using System.Net;
using System.Net.Sockets;
using AtpKeyserver.FunctionsHost.Worker;
using AtpKeyserver.FunctionsHost.Worker.Rpc;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace AtpKeyserver.FunctionsHost.Http;

/// <summary>Adds Azure's headers to a request, and drops the empty response of a failed function.</summary>
internal sealed class InvocationTransformer(Invocation invocation) : HttpTransformer
{
    private const string InvocationId = "x-ms-invocation-id";
    private const string ForwardedFor = "X-Forwarded-For";
    private const string ForwardedHost = "X-Forwarded-Host";
    private const string ForwardedProto = "X-Forwarded-Proto";

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix,
        CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        var headers = proxyRequest.Headers;
        headers.Host = null;
        foreach (var ours in (ReadOnlySpan<string>)[InvocationId, ForwardedHost, ForwardedProto])
            headers.Remove(ours);
        headers.TryAddWithoutValidation(InvocationId, invocation.Id);
        headers.TryAddWithoutValidation(ForwardedHost, httpContext.Request.Host.Value);
        headers.TryAddWithoutValidation(ForwardedProto, httpContext.Request.Scheme);
        // A second header line extends the list.
        headers.TryAddWithoutValidation(ForwardedFor, AddressOf(httpContext.Connection));
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        // When a function throws, the worker sends an empty 200 before it reports the failure.
        if (proxyResponse is { StatusCode: HttpStatusCode.OK, Content.Headers.ContentLength: 0 })
        {
            var result = await invocation.Result.WaitAsync(cancellationToken);
            if (result.Status != StatusResult.Types.Status.Success)
                return false;
        }

        return await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
    }

    // Azure's front end includes the port.
    private static string AddressOf(ConnectionInfo connection)
    {
        var address = connection.RemoteIpAddress ?? IPAddress.None;
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"[{address}]:{connection.RemotePort}"
            : $"{address}:{connection.RemotePort}";
    }
}
