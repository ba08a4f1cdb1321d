using System.Security.Cryptography;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage.Policies;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace AtpKeyserver.Storage;

/// <summary>
/// An atomic change of one partition: a single transaction, guarded by the head row's ETag. The head stores the change
/// id, so that a change whose response was lost is recognized, and is made once or not at all.
/// </summary>
public sealed class PartitionChange
{
    /// <summary>Column of the head row with the id of the last change.</summary>
    public const string IdColumn = "ChangeId";

    private const int MaxAttempts = 3;

    private readonly Table _table;
    private readonly List<TableTransactionAction> _actions = [];
    private readonly Dictionary<TableEntity, Action> _whenTaken = [];
    private readonly HashSet<TableTransactionAction> _leftovers = [];
    private TableEntity? _head;
    private ETag? _replaced;

    public PartitionChange(Table table)
    {
        _table = table;
    }

    /// <summary>128 random bits, in hex.</summary>
    public string Id { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>The new ETag of the head, once the change was made; null if it is not known.</summary>
    public ETag? HeadETag { get; private set; }

    /// <summary>Operations that still fit.</summary>
    public int Room => Table.MaxTransaction - _actions.Count;

    /// <summary>
    /// Sets the new head row. <paramref name="etag"/> is that of the head it replaces; null inserts the first head.
    /// </summary>
    public void WriteHead(TableEntity head, ETag? etag)
    {
        _head = head;
        _replaced = etag;
        _actions.Insert(0, etag is null
            ? new TableTransactionAction(TableTransactionActionType.Add, head)
            : new TableTransactionAction(TableTransactionActionType.UpdateReplace, head, etag.Value));
    }

    /// <summary>Replaces a row if it has not changed since it was read; otherwise the whole change fails.</summary>
    public void Replace(TableEntity row, ETag etag) =>
        _actions.Add(new(TableTransactionActionType.UpdateReplace, row, etag));

    public void Insert(TableEntity row) => _actions.Add(new(TableTransactionActionType.Add, row));

    /// <summary>
    /// Inserts a row that may already exist. In that case the change fails and <paramref name="whenTaken"/> is called.
    /// </summary>
    public void InsertIfFree(TableEntity row, Action whenTaken)
    {
        Insert(row);
        _whenTaken.Add(row, whenTaken);
    }

    public void Put(TableEntity row) => _actions.Add(new(TableTransactionActionType.UpsertReplace, row));

    /// <summary>Deletes an existing row; with an ETag, only if it has not changed since it was read.</summary>
    public void Delete(string row, ETag? etag = null) => _actions.Add(new(
        TableTransactionActionType.Delete, new TableEntity(_head!.PartitionKey, row), etag ?? ETag.All));

    /// <summary>Deletes a row that nothing depends on and that others may delete at any time.</summary>
    public void DeleteLeftover(string row)
    {
        Delete(row);
        _leftovers.Add(_actions[^1]);
    }

    /// <summary>
    /// Returns false if the head changed or an optional row already exists: read again and decide again.
    /// </summary>
    /// <exception cref="KeyserverException">UpstreamFailure: the outcome is unknown.</exception>
    /// <exception cref="TamperedException">The head is unchanged, but a row exists that only a change of the head could
    /// have written.</exception>
    public async Task<bool> CommitAsync(CancellationToken cancellation)
    {
        Exception? unclear = null;
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            try
            {
                var responses = await _table.SubmitAsync(_actions, cancellation);
                HeadETag = responses[0].Headers.ETag;
                return true;
            }
            catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
            {
                var stored = await _table.GetAsync(_head!.PartitionKey, _head.RowKey, cancellation);
                if (IsMade(stored))
                {
                    HeadETag = stored!.ETag;
                    return true;
                }

                if (e.Status == 404 && _leftovers.Count > 0 && stored?.ETag == _replaced
                    && (stored is not null || unclear is null))
                {
                    // A leftover is gone already; the change does not need its deletion. Without a head, this must be
                    // the first attempt: an earlier one may have made a head that was deleted since.
                    _actions.RemoveAll(_leftovers.Contains);
                    _leftovers.Clear();
                    attempt--;
                    continue;
                }

                // Every change rewrites the head, so with an unchanged head no other change can have written our rows.
                // A head that was created and deleted in between leaves no rows: retry.
                if (ClientCall.CodeOf(e) == TableErrorCode.EntityAlreadyExists && stored?.ETag == _replaced)
                {
                    if (stored is null && attempt < MaxAttempts)
                        continue;
                    if (stored is not null && FindTaken(e) is { } taken)
                    {
                        taken();
                        return false;
                    }

                    // The row may be from an earlier attempt whose head is gone. Without a row in the response, nothing
                    // proves tampering.
                    throw (stored is null && unclear is not null) || FindRefused(e) is null
                        ? Unknown(unclear ?? e)
                        : TamperedException.At(_table.Name, "a row exists that its head does not account for");
                }

                // An earlier attempt may have succeeded and been followed by another change.
                return unclear is null ? false : throw Unknown(unclear);
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested && e is not InvalidOperationException)
            {
                // Failed, interrupted, timed out or malformed. Repeating is safe: the first attempt that succeeds
                // changes the head's ETag.
                unclear = e;
                if (attempt == MaxAttempts || !await TryWaitAsync(e, attempt, cancellation))
                    break;
            }
        }

        throw Unknown(unclear!);
    }

    private bool IsMade(TableEntity? head) =>
        head is not null && head.TryGetValue(IdColumn, out var id) && id is string text && text == Id;

    /// <summary>The callback of the conflicting row; null if it has none.</summary>
    private Action? FindTaken(RequestFailedException failure) =>
        FindRefused(failure) is { } row ? _whenTaken.GetValueOrDefault(row) : null;

    /// <summary>The row that caused the failure; null if the response names none.</summary>
    private TableEntity? FindRefused(RequestFailedException failure) =>
        failure is TableTransactionFailedException { FailedTransactionActionIndex: >= 0 and var index }
        && index < _actions.Count
            ? (TableEntity)_actions[index].Entity
            : null;

    /// <summary>Waits before the next attempt; false if there must be none.</summary>
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
        "The outcome of the change is unknown; read the current state, or retry with expected_version.",
        inner)
    {
        RetryAfter = RetryBudget.WaitForCaller((inner as RequestFailedException)?.GetRawResponse()),
    };
}
