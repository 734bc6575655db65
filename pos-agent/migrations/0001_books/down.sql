DROP TABLE refund;
DROP TABLE sale;
