using AtpKeyserver.Crypto;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions.Rows;
using Azure.Data.Tables;

namespace AtpKeyserver.Accounts.Keypairs.Rows;

/// <summary>The head row of a keypair, not verified.</summary>
public sealed record UnverifiedKeypair(TableEntity Row) : UnverifiedRow(Row)
{
    /// <summary>The generation of the account key that verifies the row.</summary>
    /// <exception cref="Errors.TamperedException">The generation is missing or invalid.</exception>
    public int Generation => UnverifiedColumns.GenerationOf(Row, Tables.AccountsName);

    /// <summary>When the active version was created.</summary>
    /// <exception cref="Errors.TamperedException">A column is missing or invalid.</exception>
    public DateTimeOffset ActiveCreated => KeyVersionColumns.ReadActive(Row, Tables.AccountsName).Created;

    /// <exception cref="Errors.TamperedException">The row failed verification.</exception>
    public KeypairHead Verify(SealingKey key) => KeypairHead.Verify(Row, key);
}
