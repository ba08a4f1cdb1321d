using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Operations;

/// <summary>The jobs in progress: rows of the table <c>unfinished</c>, signed by the root.</summary>
public sealed class JobTable(Tables tables, Keyring keyring)
{
    private const string Partition = "runs";

    /// <summary>The job; null if it is not in progress.</summary>
    public async Task<Job?> FindAsync(string name, CancellationToken cancellation) =>
        await ReadAsync(name, cancellation) is { } row ? FromRow(row) : null;

    /// <summary>Starts a job; false if it is in progress already.</summary>
    public async Task<bool> TryStartAsync(Job job, CancellationToken cancellation) =>
        await tables.Unfinished.TryInsertAsync(await ToRowAsync(job, cancellation), cancellation);

    /// <summary>
    /// Saves the position, unless the job has ended or a concurrent run has saved one: either position is correct.
    /// </summary>
    public async Task SaveAsync(Job job, CancellationToken cancellation)
    {
        if (await ReadAsync(job.Name, cancellation) is { } row
            && FromRow(row) is var stored
            && stored.Started == job.Started
            && stored.Phase <= job.Phase)
            await tables.Unfinished.TryReplaceAsync(await ToRowAsync(job, cancellation), row.ETag, cancellation);
    }

    /// <summary>Ends this job, but not one that the operator started since.</summary>
    public async Task EndAsync(Job job, CancellationToken cancellation)
    {
        if (await ReadAsync(job.Name, cancellation) is { } row && FromRow(row).Started == job.Started)
            await tables.Unfinished.DeleteAsync(Partition, job.Name, cancellation, row.ETag);
    }

    private async Task<TableEntity?> ReadAsync(string name, CancellationToken cancellation)
    {
        var row = await tables.Unfinished.GetAsync(Partition, name, cancellation);
        if (row is not null)
            RowMac.Verify(row, Tables.UnfinishedName, await keyring.RootAsync(cancellation));
        return row;
    }

    private static Job FromRow(TableEntity row) => new(
        row.RowKey,
        DateTimeOffset.FromUnixTimeMilliseconds((long)row[nameof(Job.Started)]),
        (int)row[nameof(Job.Phase)],
        row.GetString(nameof(Job.Position)));

    private async Task<TableEntity> ToRowAsync(Job job, CancellationToken cancellation) => RowMac.Sign(
        new TableEntity(Partition, job.Name)
        {
            [nameof(Job.Started)] = job.Started.ToUnixTimeMilliseconds(),
            [nameof(Job.Phase)] = job.Phase,
            [nameof(Job.Position)] = job.Position,
        },
        Tables.UnfinishedName,
        await keyring.RootAsync(cancellation));
}
