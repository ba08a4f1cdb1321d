namespace AtpKeyserver.Client;

/// <summary>Exports and deletes the account's data.</summary>
/// <remarks>All methods throw the exceptions listed at <see cref="KeyserverGroups"/>.</remarks>
public sealed class KeyserverAccount
{
    /// <summary>The confirmation that <see cref="DeleteAsync"/> requires.</summary>
    public const string Confirmation = "DELETE_ALL_MY_DATA";

    private readonly XrpcChannel _xrpc;
    private readonly KeyRing _keys;

    internal KeyserverAccount(XrpcChannel xrpc, KeyRing keys)
    {
        _xrpc = xrpc;
        _keys = keys;
    }

    /// <summary>Exports all data of the account, without secret keys, as one JSON document.</summary>
    /// <param name="destination">Stays open. The export is complete only if the method returns.</param>
    /// <param name="cancellation">
    /// Cancels the export. There is no other limit: an export may take minutes, longer than most PDSs wait for a
    /// proxied call.
    /// </param>
    public Task ExportAsync(Stream destination, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return _xrpc.CopyAsync(Nsid.Account + "export", destination, cancellation);
    }

    /// <summary>
    /// Deletes the account at the keyserver: its keypair, its groups for all their members, its memberships and logs.
    /// Content that was encrypted with its keys can never be decrypted again. Ask the user first.
    /// </summary>
    /// <param name="confirmation"><see cref="Confirmation"/>, preferably typed by the user.</param>
    /// <param name="cancellation">Cancels the call. A deletion that has started continues.</param>
    /// <exception cref="ArgumentException">The confirmation is wrong. Nothing was deleted.</exception>
    public async Task<AccountDeletion> DeleteAsync(string confirmation, CancellationToken cancellation = default)
    {
        if (confirmation != Confirmation)
            throw new ArgumentException(
                $"Nothing was deleted: the confirmation is not {Confirmation}.", nameof(confirmation));
        try
        {
            return await _xrpc.ProcedureAsync(
                Nsid.Account + "delete",
                new DeleteAccountInput(confirmation),
                ListJson.Default.DeleteAccountInput,
                WireJson.Default.AccountDeletion,
                cancellation).ConfigureAwait(false);
        }
        finally
        {
            _keys.Clear();
        }
    }
}
