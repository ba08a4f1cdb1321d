using System.Security.Cryptography;
using AtpKeyserver.Crypto;
using AtpKeyserver.Storage;

namespace AtpKeyserver.AccessLog.Rows;

/// <summary>
/// The rows that one transaction writes to one partition of the access log. Entries of one subject share a row while
/// they fit.
/// </summary>
internal sealed class LogBatch
{
    /// <summary>Bytes of details, about 1,000 entries: a larger transaction takes too long.</summary>
    private const int MaxDetails = 250_000;

    private readonly List<Row> _rows = [];

    /// <summary>Rows that take more entries, by stem, and rows with a fixed key, by row key.</summary>
    private readonly Dictionary<string, Row> _open = [];

    private int _size;

    public IReadOnlyList<Row> Rows => _rows;

    public int Entries { get; private set; }

    public bool IsFull => _rows.Count == Table.MaxTransaction || _size >= MaxDetails;

    /// <summary>Adds a row with a fixed key, but only once: concurrent drains of an event write one row.</summary>
    public Task Add(LogRow row)
    {
        Entries++;
        if (!_open.TryGetValue(row.Row.RowKey, out var known))
        {
            _size += row.Length;
            _rows.Add(_open[row.Row.RowKey] = known = new Row(row));
        }

        return known.Written;
    }

    /// <summary>Adds an entry that gets its row key when it is written.</summary>
    public Task Add(string stem, byte[] details, SealingKey key, bool isAwaited)
    {
        Entries++;
        _size += details.Length;
        if (!_open.TryGetValue(stem, out var row) || !row.HasRoomFor(details))
            _rows.Add(_open[stem] = row = new Row(stem, key));
        return row.Add(details, isAwaited);
    }

    /// <summary>A row and the task of its waiting callers.</summary>
    internal sealed class Row
    {
        private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly LogRow? _fixedRow;
        private readonly string _stem = "";
        private readonly SealingKey? _key;
        private readonly List<byte[]> _details = [];
        private int _size;

        public Row(LogRow fixedRow) => _fixedRow = fixedRow;

        public Row(string stem, SealingKey key) => (_stem, _key) = (stem, key);

        /// <summary>Entries in it without a waiting caller.</summary>
        public int Unawaited { get; private set; }

        /// <summary>Why it was not written.</summary>
        public Exception? Failure { get; set; }

        /// <summary>Completes when the row is durable, or with its failure.</summary>
        public Task Written => _written.Task;

        public bool HasRoomFor(byte[] details) => _size + details.Length + 1 <= LogRow.MaxDetails;

        public Task Add(byte[] details, bool isAwaited)
        {
            _details.Add(details);
            _size += details.Length + 1;
            if (!isAwaited)
                Unawaited++;
            return Written;
        }

        public LogRow Seal(string table, string partition, DateTimeOffset time)
        {
            if (_fixedRow is not null)
                return _fixedRow;
            // Newest first, as everywhere in the log.
            _details.Reverse();
            var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
            return LogRow.Seal(table, partition, LogRow.Key(_stem, time, id), _details, _key!);
        }

        public void Complete()
        {
            if (Failure is null)
                _written.SetResult();
            else
            {
                _written.SetException(Failure);
                // Observe the exception, even if no caller waits any more.
                _ = _written.Task.Exception;
            }
        }
    }
}
