namespace AtpKeyserver.Client;

/// <summary>All that the keyserver keeps of the account.</summary>
/// <remarks>
/// All methods throw a <see cref="KeyserverException"/>, as those of <see cref="KeyserverGroups"/> do.
/// </remarks>
public sealed class KeyserverAccount
{
    /// <summary>What <see cref="DeleteAsync"/> wants to be told.</summary>
    public const string Confirmation = "DELETE_ALL_MY_DATA";

    private readonly XrpcChannel _xrpc;
    private readonly KeyRing _keys;

    internal KeyserverAccount(XrpcChannel xrpc, KeyRing keys)
    {
        _xrpc = xrpc;
        _keys = keys;
    }

    /// <summary>Writes everything that is kept of the account, but no secret keys, as one JSON document.</summary>
    /// <param name="destination">Stays open. What was written is complete only if this returns.</param>
    /// <param name="cancellation">
    /// Gives up. There is no other limit: it may take minutes, longer than most PDS wait for a call they pass on.
    /// </param>
    public Task ExportAsync(Stream destination, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return _xrpc.CopyAsync(Nsid.ExportAccount, destination, cancellation);
    }

    /// <summary>
    /// Erases the account at the keyserver: its keypair, its groups for all their members, its memberships and logs.
    /// Nothing that was encrypted with its keys can be read again, by anybody. Ask a person first.
    /// </summary>
    /// <param name="confirmation"><see cref="Confirmation"/>, best typed by that person.</param>
    /// <param name="cancellation">Gives up; what was begun goes on.</param>
    /// <exception cref="ArgumentException">The confirmation is another; nothing was deleted.</exception>
    public async Task<AccountDeletion> DeleteAsync(string confirmation, CancellationToken cancellation = default)
    {
        if (confirmation != Confirmation)
            throw new ArgumentException(
                $"Nothing was deleted: the confirmation is not {Confirmation}.", nameof(confirmation));
        try
        {
            return await _xrpc.ProcedureAsync(
                Nsid.DeleteAccount,
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
