using AtpKeyserver.Erasure;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Identifiers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Accounts;

/// <summary>
/// <c>account.delete</c>: destroys the caller's key, and with it everything sealed under it. A repeated call returns
/// the progress.
/// </summary>
public sealed class DeleteAccount(XrpcPipeline xrpc, AccountDeletion deletion) : IXrpcEndpoint
{
    private const string Name = Nsid.Account + "delete";
    private const string Confirmation = "DELETE_ALL_MY_DATA";

    public static XrpcMethod Method { get; } = new(Name, XrpcKind.Procedure, XrpcAccess.Account)
    {
        IsForDeleted = true,
    };

    [Function("AccountDelete")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = XrpcMethod.Prefix + Name)]
        HttpRequest request) =>
        xrpc.RunAsync(request, Method, async call =>
        {
            var input = await call.ReadBodyAsync(AccountJson.Default.DeleteAccountInput);
            if (input?.Confirmation != Confirmation)
                throw XrpcCall.Invalid($"confirmation must be {Confirmation}; nothing was deleted.");
            var progress = await deletion.DeleteAsync(call.Caller.Did, call.Cancellation);
            var counts = new DeletedCounts(
                progress.KeypairVersions, progress.Groups, progress.Memberships, progress.Delegations);
            await call.WriteAsync(
                new(progress.IsComplete ? "deleted" : "deleting", counts), AccountJson.Default.AccountDeleted);
        });
}
