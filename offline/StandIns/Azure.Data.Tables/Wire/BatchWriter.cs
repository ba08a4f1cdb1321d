using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Azure.Data.Tables.Wire;

/// <summary>
/// A transaction as <c>multipart/mixed</c> of one change set, each action a request with an absolute address and its JSON on one line.
/// Source: https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
/// </summary>
internal static class BatchWriter
{
    public static (string ContentType, byte[] Body) Write(Uri service, string table, List<TableTransactionAction> actions)
    {
        var batch = $"batch_{RandomNumberGenerator.GetHexString(32, lowercase: true)}";
        var changes = $"changeset_{RandomNumberGenerator.GetHexString(32, lowercase: true)}";
        var root = service.AbsoluteUri.TrimEnd('/');
        var buffer = new ArrayBufferWriter<byte>(1024 * actions.Count);
        Append(buffer, $"--{batch}\r\nContent-Type: multipart/mixed; boundary={changes}\r\n\r\n");
        for (var i = 0; i < actions.Count; i++)
        {
            Append(buffer, $"--{changes}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n");
            Append(buffer, $"Content-ID: {i}\r\n\r\n");
            WriteAction(buffer, root, table, actions[i]);
        }

        Append(buffer, $"--{changes}--\r\n--{batch}--\r\n");
        return ($"multipart/mixed; boundary={batch}", buffer.WrittenSpan.ToArray());
    }

    private static void WriteAction(ArrayBufferWriter<byte> buffer, string root, string table, TableTransactionAction action)
    {
        var entity = action.Entity;
        var (method, isInsert, condition) = action.ActionType switch
        {
            TableTransactionActionType.Add => ("POST", true, default),
            TableTransactionActionType.UpdateMerge => ("PATCH", false, action.ETag),
            TableTransactionActionType.UpdateReplace => ("PUT", false, action.ETag),
            TableTransactionActionType.UpsertMerge => ("PATCH", false, default),
            TableTransactionActionType.UpsertReplace => ("PUT", false, default),
            TableTransactionActionType.Delete => ("DELETE", false, action.ETag == default ? ETag.All : action.ETag),
            _ => throw new InvalidOperationException($"Unknown action {action.ActionType}."),
        };
        var path = isInsert ? TablePath.Rows(table) : TablePath.Row(table, entity.PartitionKey, entity.RowKey);
        Append(buffer, $"{method} {root}{path} HTTP/1.1\r\nAccept: application/json;odata=minimalmetadata\r\nDataServiceVersion: 3.0\r\n");
        if (condition != default)
            Append(buffer, $"If-Match: {condition}\r\n");
        if (action.ActionType == TableTransactionActionType.Delete)
        {
            Append(buffer, "\r\n");
            return;
        }

        if (isInsert)
            Append(buffer, "Prefer: return-no-content\r\n");
        Append(buffer, "Content-Type: application/json\r\n\r\n");
        buffer.Write(EntityWriter.ToBytes(entity));
        Append(buffer, "\r\n");
    }

    private static void Append(ArrayBufferWriter<byte> buffer, string text) => Encoding.UTF8.GetBytes(text, buffer);
}
