using System.Security.Cryptography;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage.Policies;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace AtpKeyserver.Storage;

/// <summary>
/// One change of a partition: everything it writes goes into one transaction that is guarded by the head row's ETag, and the head carries the
/// change's id. So a change whose answer was lost on the way is recognised, and happens once or not at all.
/// </summary>
public sealed class PartitionChange
{
    /// <summary>The column of a head row that names the last change.</summary>
    public const string IdColumn = "ChangeId";

    private const int Tries = 3;

    private readonly Table _table;
    private readonly List<TableTransactionAction> _actions = [];
    private readonly Dictionary<TableEntity, Action> _whenTaken = [];
    private TableEntity? _head;
    private ETag? _replaced;

    public PartitionChange(Table table)
    {
        _table = table;
    }

    /// <summary>128 random bits, in hex.</summary>
    public string Id { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>The head as it shall be; <paramref name="etag"/> is that of the head it replaces, null where none stands yet.</summary>
    public void WriteHead(TableEntity head, ETag? etag)
    {
        _head = head;
        _replaced = etag;
        _actions.Insert(0, etag is null
            ? new TableTransactionAction(TableTransactionActionType.Add, head)
            : new TableTransactionAction(TableTransactionActionType.UpdateReplace, head, etag.Value));
    }

    /// <summary>Replaces a row if it is still the one that was read; otherwise nothing of the change is made.</summary>
    public void Replace(TableEntity row, ETag etag) => _actions.Add(new(TableTransactionActionType.UpdateReplace, row, etag));

    public void Insert(TableEntity row) => _actions.Add(new(TableTransactionActionType.Add, row));

    /// <summary>Inserts a row in a place that is likely to be free. Where it is not, nothing of the change is made, and whoever asks is told.</summary>
    public void InsertIfFree(TableEntity row, Action whenTaken)
    {
        Insert(row);
        _whenTaken.Add(row, whenTaken);
    }

    public void Put(TableEntity row) => _actions.Add(new(TableTransactionActionType.UpsertReplace, row));

    /// <summary>Deletes a row that must be there; with an ETag, it must also be the one that was read.</summary>
    public void Delete(string row, ETag? etag = null) =>
        _actions.Add(new(TableTransactionActionType.Delete, new TableEntity(_head!.PartitionKey, row), etag ?? ETag.All));

    /// <summary>False when the head was changed by somebody else, or a place was taken: read again, decide again.</summary>
    /// <exception cref="KeyserverException">UpstreamFailure: it is not known whether the change was made.</exception>
    /// <exception cref="TamperedException">The head is unchanged, and yet a row stands where only this change could have put one.</exception>
    public async Task<bool> CommitAsync(CancellationToken cancellation)
    {
        Exception? unclear = null;
        for (var attempt = 1; attempt <= Tries; attempt++)
        {
            try
            {
                await _table.SubmitAsync(_actions, cancellation);
                return true;
            }
            catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
            {
                var stored = await _table.GetAsync(_head!.PartitionKey, _head.RowKey, cancellation);
                if (IsMade(stored))
                    return true;

                // Every change rewrites the head: without one, nobody but this change may have written its rows. A head that was made and
                // deleted again in this very moment leaves no such row, so the next try tells.
                if (ClientCall.CodeOf(e) == TableErrorCode.EntityAlreadyExists && stored?.ETag == _replaced)
                {
                    if (stored is null && attempt < Tries)
                        continue;
                    if (stored is not null && FindTaken(e) is { } taken)
                    {
                        taken();
                        return false;
                    }

                    // The row may be of an earlier try whose head is gone. An answer that names no row accuses none.
                    throw (stored is null && unclear is not null) || FindRefused(e) is null
                        ? Unknown(unclear ?? e)
                        : TamperedException.At(_table.Name, "a row stands where its head says that there is none yet");
                }

                // An earlier try may have been made and then been followed by another change: nobody can tell any more.
                return unclear is null ? false : throw Unknown(unclear);
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested && e is not InvalidOperationException)
            {
                // Refused, broken off, too late for the network's timeout, or answered with what cannot be read.
                // The guard makes repeating safe: whichever try comes first changes the head's ETag.
                unclear = e;
                if (attempt == Tries || !await TryWaitAsync(e, attempt, cancellation))
                    break;
            }
        }

        throw Unknown(unclear!);
    }

    private bool IsMade(TableEntity? head) =>
        head is not null && head.TryGetValue(IdColumn, out var id) && id is string text && text == Id;

    /// <summary>What to call because the row that stood in the way may do so; null where none may.</summary>
    private Action? FindTaken(RequestFailedException failure) =>
        FindRefused(failure) is { } row ? _whenTaken.GetValueOrDefault(row) : null;

    /// <summary>The row that could not be written; null where the answer names none.</summary>
    private TableEntity? FindRefused(RequestFailedException failure) =>
        failure is TableTransactionFailedException { FailedTransactionActionIndex: >= 0 and var index }
        && index < _actions.Count
            ? (TableEntity)_actions[index].Entity
            : null;

    /// <summary>Waits before the next try; false where there shall be none.</summary>
    private async Task<bool> TryWaitAsync(Exception failure, int attempt, CancellationToken cancellation)
    {
        var wait = TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(50, 150) * attempt);
        if (RetryBudget.AskedToWait((failure as RequestFailedException)?.GetRawResponse()) is { } asked && asked > wait)
            wait = asked;
        if (wait > RetryBudget.MaxWait || !_table.Retries.TryTake())
            return false;
        await Task.Delay(wait, cancellation);
        return true;
    }

    private static KeyserverException Unknown(Exception inner) => new(
        ErrorName.UpstreamFailure,
        "The storage did not say whether the change was made; ask for the state, or repeat with expected_version.",
        inner)
    {
        RetryAfter = RetryBudget.WaitForCaller((inner as RequestFailedException)?.GetRawResponse()),
    };
}
