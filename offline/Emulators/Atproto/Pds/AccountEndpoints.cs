using AtpKeyserver.Emulators.Atproto.Accounts;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Emulators.Atproto.Pds;

/// <summary>Creates accounts (emulator-specific) and resolves their handles.</summary>
internal sealed class AccountEndpoints(AccountRegistry accounts)
{
    /// <summary>
    /// <c>POST /accounts</c>. Refuses pages of other machines, because it creates accounts without authentication and
    /// returns their passwords. The CORS policy alone would only hide the response from such a page.
    /// </summary>
    public async Task CreateAsync(HttpContext context)
    {
        if (context.Request.Headers.Origin.ToString() is { Length: > 0 } origin && !CrossOrigin.IsLocal(origin))
            throw new XrpcException(403, "Forbidden", "Only pages of this machine can create accounts.");
        var request = await Xrpc.ReadAsync(context, AtprotoJson.Default.CreateAccountRequest);
        var method = request.Method switch
        {
            "plc" or null => AccountMethod.Plc,
            "web" => AccountMethod.Web,
            _ => throw XrpcException.InvalidRequest("method must be plc or web."),
        };
        var curve = request.Curve switch
        {
            "secp256k1" or null => AccountCurve.Secp256k1,
            "p256" => AccountCurve.P256,
            _ => throw XrpcException.InvalidRequest("curve must be secp256k1 or p256."),
        };
        var account = FindOrCreate(request.Handle ?? "", method, curve);
        await Xrpc.WriteAsync(context, AtprotoJson.Object(
            ("did", account.Did), ("handle", account.Handle), ("accessToken", account.AccessToken)));
    }

    /// <summary><c>GET /xrpc/com.atproto.identity.resolveHandle?handle=</c></summary>
    public Task ResolveHandle(HttpContext context) =>
        accounts.FindByName(context.Request.Query["handle"].ToString()) is { } account
            ? Xrpc.WriteAsync(context, AtprotoJson.Object(("did", account.Did)))
            : throw XrpcException.InvalidRequest("Unable to resolve handle");

    private Account FindOrCreate(string handle, AccountMethod method, AccountCurve curve)
    {
        try
        {
            return accounts.FindOrCreate(handle, method, curve);
        }
        catch (ArgumentException e)
        {
            throw XrpcException.InvalidRequest(e.Message);
        }
    }
}
