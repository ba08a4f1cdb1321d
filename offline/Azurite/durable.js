// Loaded with node --require. Azurite saves its tables every 5 s. This script saves them before each response, as the
// service does, so that killing Azurite loses no acknowledged change.
'use strict';
const http = require('http');
const Loki = require('lokijs');

const { getCollection } = Loki.prototype;
const { end } = http.ServerResponse.prototype;
let tables;

// Called at every start, even without a file to load.
Loki.prototype.getCollection = function (...args) {
  tables = this;
  return getCollection.apply(this, args);
};

http.ServerResponse.prototype.end = function (...args) {
  if (!tables || !(tables.autosaveDirty() || tables.throttledSavePending)) return end.apply(this, args);
  tables.saveDatabase((error) => (error ? this.destroy(error) : end.apply(this, args)));
  return this;
};
