using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Accounts.Rows;

/// <summary>The row of an account that exists or was deleted, not verified.</summary>
public sealed record UnverifiedAccount(TableEntity Row) : UnverifiedRow(Row)
{
    /// <summary>The number of the shard key that sealed the account's key; null for a deleted account.</summary>
    /// <exception cref="Errors.TamperedException">A column is missing or invalid.</exception>
    public int? ShardKey => AccountRow.IsActive(Row) ? Keyring.NumberOf(Account.SealedKey(Row)) : null;
}
