using AtpKeyserver.Export;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Identifiers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Accounts;

/// <summary><c>account.export</c>: all data of the caller, without secret keys, as a file.</summary>
public sealed class ExportAccount(XrpcPipeline xrpc, AccountExport export) : IXrpcEndpoint
{
    private const string Name = Nsid.Account + "export";
    private const string FileName = "keyserver-export.json";

    public static XrpcMethod Method { get; } = new(Name, XrpcKind.Query, XrpcAccess.Account);

    [Function("AccountExport")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + Name)]
        HttpRequest request) =>
        xrpc.RunAsync(request, Method, async call =>
        {
            var http = request.HttpContext;
            XrpcResponse.Begin(http.Response, FileName);
            // Without the call's deadline: the export has its own limits, since it may take minutes.
            if (!call.IsProbe)
                await export.WriteAsync(call.Caller, http.Response.Body, http.RequestAborted);
        });
}
